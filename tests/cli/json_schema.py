# SPDX-License-Identifier: Apache-2.0
"""The part of JSON Schema (draft 7) that the schemas in docs/ use; a keyword that is none of it is an error, so none is passed over."""
TYPES = {'object': dict, 'array': list, 'string': str, 'integer': int, 'number': (int, float), 'boolean': bool, 'null': type(None)}
SAID = {'$schema', '$id', 'title', 'description', 'definitions'}


def is_a(value, name):
    return isinstance(value, TYPES[name]) and (name == 'boolean' or not isinstance(value, bool))


def fits(schema, value, root=None):
    """None, or what is wrong"""
    root = root or schema
    if '$ref' in schema:
        return fits(root['definitions'][schema['$ref'].rsplit('/', 1)[1]], value, root)
    for keyword, want in schema.items():
        wrong = check(keyword, want, schema, value, root)
        if wrong:
            return wrong
    return None


def check(keyword, want, schema, value, root):
    if keyword in SAID:
        return None
    if keyword == 'type':
        right = any(is_a(value, name) for name in (want if isinstance(want, list) else [want]))
    elif keyword in ('enum', 'const'):
        right = value in (want if keyword == 'enum' else [want])
    elif keyword == 'minimum':
        right = value >= want
    elif keyword == 'minLength':
        right = len(value) >= want
    elif keyword == 'required':
        right = all(name in value for name in want)
    elif keyword == 'additionalProperties':
        right = want or set(value) <= set(schema['properties'])
    elif keyword == 'properties':
        return next((wrong for name, part in want.items() if name in value for wrong in [fits(part, value[name], root)] if wrong), None)
    elif keyword == 'items':
        return next((wrong for item in value for wrong in [fits(want, item, root)] if wrong), None)
    elif keyword == 'oneOf':
        right = sum(fits(part, value, root) is None for part in want) == 1
    else:
        raise KeyError(keyword)
    return None if right else f'{keyword} {want}: {str(value)[:200]}'
