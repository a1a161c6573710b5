#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Networks of torchvision, timm and transformers as torch.onnx writes them, run unchanged, against torch.  Optional: needs the exporters, and CI does not run it.

    python3 -m venv VENV && VENV/bin/pip install torch==2.8.0 torchvision timm 'transformers<5' onnx onnxscript onnxruntime numpy
    VENV/bin/python tests/optional/torch_onnx.py make --work DIR [--seconds N] [NAME ...]
    VENV/bin/python tests/optional/torch_onnx.py run --work DIR [--runner build/nnef-cl-run] [NAME ...]
    VENV/bin/python tests/optional/torch_onnx.py load --work DIR [--runner build/nnef-cl-run] [NAME ...]

make  exports what DIR lacks, each network in a process of its own: random weights of a fixed seed, no downloads; by one exporter and operator set, the two exporters and the sets 11 to 20 in turn
run   every output against torch's own, |got - want| <= 1e-4 (|want| + the largest |want| of that output)
load  the time from file to a model that can run: --check of ours, a session of onnxruntime
Networks are small where their kind allows it.  The last line of run is 'N passed, M failed'.
"""
import argparse
import contextlib
import io
import json
import logging
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time
import warnings

import numpy

warnings.filterwarnings('ignore')
logging.disable(logging.WARNING)

TORCHVISION = {  # name: extents of the picture
    'squeezenet1_0': 64, 'squeezenet1_1': 64, 'alexnet': 224, 'resnet18': 64, 'resnet50': 64, 'resnext50_32x4d': 64, 'densenet121': 64, 'mobilenet_v2': 64,
    'mobilenet_v3_small': 64, 'mobilenet_v3_large': 64, 'mnasnet0_5': 64, 'mnasnet1_0': 64, 'shufflenet_v2_x0_5': 64, 'shufflenet_v2_x1_0': 64,
    'efficientnet_b0': 64, 'efficientnet_v2_s': 64, 'regnet_x_400mf': 64, 'regnet_y_400mf': 64, 'convnext_tiny': 64, 'swin_t': 64, 'swin_v2_t': 64,
    'googlenet': 64, 'inception_v3': 96,
}
SEGMENTATION = {'lraspp_mobilenet_v3_large': 64, 'deeplabv3_mobilenet_v3_large': 64, 'fcn_resnet50': 64}
TIMM = {
    'resnet10t': 64, 'resnetv2_18': 64, 'mobilenetv4_conv_small': 64, 'efficientnet_lite0': 64, 'tinynet_e': 64, 'ghostnet_050': 64, 'ghostnetv2_100': 64,
    'lcnet_050': 64, 'hardcorenas_a': 64, 'mobileone_s0': 64, 'repvgg_a0': 64, 'fbnetv3_b': 64, 'skresnet18': 64, 'seresnet18': 64, 'res2net50_26w_4s': 64,
    'dla46_c': 64, 'hrnet_w18_small': 64, 'ese_vovnet19b_dw': 64, 'cspdarknet53': 64, 'selecsls42': 64, 'nf_regnet_b0': 64, 'eca_resnext26ts': 64,
    'gcresnext26ts': 64, 'botnet26t_256': 256, 'lambda_resnet26t': 256, 'vit_tiny_patch16_224': 224, 'deit_tiny_patch16_224': 224, 'mixer_s32_224': 224,
    'resmlp_12_224': 224, 'pit_ti_224': 224, 'poolformer_s12': 64, 'convnext_atto': 64, 'convnextv2_atto': 64, 'edgenext_xx_small': 64, 'mobilevit_xxs': 64,
    'mobilevitv2_050': 64, 'levit_128s': 224, 'crossvit_tiny_240': 240, 'xcit_nano_12_p16_224': 224, 'cait_xxs24_224': 224, 'visformer_tiny': 224,
    'pvt_v2_b0': 64, 'efficientformer_l1': 224, 'fastvit_t8': 64, 'repvit_m0_9': 64, 'tiny_vit_5m_224': 224, 'eva02_tiny_patch14_224': 224,
    'focalnet_tiny_srf': 64, 'starnet_s1': 64, 'hgnet_tiny': 64, 'efficientvit_b0': 64, 'mambaout_femto': 64, 'sequencer2d_s': 224, 'dm_nfnet_f0': 64,
}
TEXT = {'vocab_size': 99, 'hidden_size': 64, 'num_hidden_layers': 2, 'num_attention_heads': 4, 'intermediate_size': 128}
TRANSFORMERS = {  # model: (class of the model, of its configuration, what differs in that)
    'bert': ('BertModel', 'BertConfig', TEXT), 'roberta': ('RobertaModel', 'RobertaConfig', TEXT), 'electra': ('ElectraModel', 'ElectraConfig', TEXT | {'embedding_size': 32}),
    'distilbert': ('DistilBertModel', 'DistilBertConfig', {'vocab_size': 99, 'dim': 64, 'n_layers': 2, 'n_heads': 4, 'hidden_dim': 128}),
    'albert': ('AlbertModel', 'AlbertConfig', TEXT | {'embedding_size': 32}), 'mpnet': ('MPNetModel', 'MPNetConfig', TEXT),
    'convbert': ('ConvBertModel', 'ConvBertConfig', TEXT | {'embedding_size': 64}), 'roformer': ('RoFormerModel', 'RoFormerConfig', TEXT | {'embedding_size': 64}),
    'squeezebert': ('SqueezeBertModel', 'SqueezeBertConfig', TEXT | {'embedding_size': 64}),
    'mobilebert': ('MobileBertModel', 'MobileBertConfig', {'vocab_size': 99, 'num_hidden_layers': 2}),
    'gpt2': ('GPT2Model', 'GPT2Config', {'vocab_size': 99, 'n_embd': 64, 'n_layer': 2, 'n_head': 4}),
    'opt': ('OPTModel', 'OPTConfig', {'vocab_size': 99, 'hidden_size': 64, 'num_hidden_layers': 2, 'num_attention_heads': 4, 'ffn_dim': 128, 'word_embed_proj_dim': 64}),
    'llama': ('LlamaModel', 'LlamaConfig', TEXT | {'num_key_value_heads': 2}), 'mistral': ('MistralModel', 'MistralConfig', TEXT | {'num_key_value_heads': 2}),
    'qwen2': ('Qwen2Model', 'Qwen2Config', TEXT | {'num_key_value_heads': 2}), 'phi': ('PhiModel', 'PhiConfig', TEXT),
    'gptneox': ('GPTNeoXModel', 'GPTNeoXConfig', TEXT), 'bloom': ('BloomModel', 'BloomConfig', {'vocab_size': 99, 'hidden_size': 64, 'n_layer': 2, 'n_head': 4}),
    't5': ('T5EncoderModel', 'T5Config', {'vocab_size': 99, 'd_model': 64, 'd_kv': 16, 'd_ff': 128, 'num_layers': 2, 'num_heads': 4}),
    'vit': ('ViTModel', 'ViTConfig', TEXT | {'image_size': 32, 'patch_size': 8}), 'segformer': ('SegformerModel', 'SegformerConfig', {}),
    'dinov2': ('Dinov2Model', 'Dinov2Config', TEXT | {'image_size': 32, 'patch_size': 8}),
}
PICTURES = {'vit': 32, 'segformer': 64, 'dinov2': 32}
LIMIT = 170  # seconds for a network
CAPTURED, TRACED = 'dynamo', 'script'


def networks():
    """name: (who makes it, kind, extents); the name says exporter and operator set too"""
    names = [f'{kind}-{n}' for kind, table in (('vision', TORCHVISION), ('segment', SEGMENTATION), ('timm', TIMM), ('text', TRANSFORMERS)) for n in table]
    found, turn = [], {CAPTURED: 0, TRACED: 0}
    for i, name in enumerate(names):
        exporter = CAPTURED if i % 5 in (1, 3) else TRACED
        opset = 18 + turn[exporter] % 3 if exporter == CAPTURED else 11 + turn[exporter] % 10
        turn[exporter] += 1
        found.append((f'{name}-{exporter}{opset}', name, exporter, opset))
    return found


def build(name):
    """the network and what it is given"""
    import torch
    kind, what = name.split('-', 1)
    if kind in ('vision', 'segment'):
        import torchvision
        options = {'weights': None}
        if kind == 'segment':
            options |= {'weights_backbone': None, 'num_classes': 5}
        if what in ('googlenet', 'inception_v3'):
            options |= {'aux_logits': False, 'init_weights': False}
        room = torchvision.models.segmentation if kind == 'segment' else torchvision.models
        size = (SEGMENTATION if kind == 'segment' else TORCHVISION)[what]
        return getattr(room, what)(**options), (torch.randn(1, 3, size, size),)
    if kind == 'timm':
        import timm
        return timm.create_model(what, pretrained=False, num_classes=50), (torch.randn(1, 3, TIMM[what], TIMM[what]),)
    import transformers
    model, config, options = TRANSFORMERS[what]
    config = getattr(transformers, config)(**options)
    config._attn_implementation = 'eager'
    if what not in PICTURES and hasattr(config, 'use_cache'):
        config.use_cache = False
    config.return_dict = False
    x = torch.randn(1, 3, PICTURES[what], PICTURES[what]) if what in PICTURES else torch.randint(0, 99, (1, 12))
    return getattr(transformers, model)(config), (x,)


def settle(model):
    """running statistics that are not the identity, and no dropout"""
    import torch
    for m in model.modules():
        if isinstance(m, torch.nn.modules.batchnorm._BatchNorm) and m.running_mean is not None:
            m.running_mean.uniform_(-0.1, 0.1)
            m.running_var.uniform_(0.5, 1.5)
    return model.eval()


def flat(x):
    import torch
    if isinstance(x, torch.Tensor):
        return [x]
    return [t for item in (x.values() if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else []) for t in flat(item)]


def make(folder, name, exporter, opset):
    import torch
    torch.manual_seed(1)
    torch.set_num_threads(1)
    model, x = build(name)
    model = settle(model)
    with torch.no_grad():
        want = flat(model(*x))
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad(), contextlib.redirect_stdout(io.StringIO()):
        if exporter == CAPTURED:
            torch.onnx.export(model, x, str(folder / 'model.onnx'), opset_version=opset, input_names=['input'], dynamo=True, external_data=False)
        else:
            torch.onnx.export(model, x, str(folder / 'model.onnx'), opset_version=opset, input_names=['input'], dynamo=False)
    import onnx
    written = onnx.load(str(folder / 'model.onnx'), load_external_data=False)
    outputs = [o.name for o in written.graph.output]
    if len(outputs) != len(want):
        raise ValueError(f'{len(outputs)} outputs, torch has {len(want)}')
    numpy.save(folder / 'in.npy', x[0].numpy())
    for i, tensor in enumerate(want):
        numpy.save(folder / f'out{i}.npy', tensor.numpy())
    (folder / 'case.json').write_text(json.dumps({'opset': written.opset_import[0].version, 'exporter': exporter, 'outputs': outputs}))


def make_apart(folder, name, exporter, opset, limit):
    """in a process of its own, which ends after so many seconds: what went wrong, or None"""
    child = os.fork()
    if child == 0:
        signal.alarm(limit)
        try:
            make(folder, name, exporter, opset)
        except BaseException as e:  # the exporter's failure, which is told
            folder.mkdir(parents=True, exist_ok=True)
            (folder / 'failed').write_text(f'{type(e).__name__}: {e}'[:2000])
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if status and not (folder / 'failed').exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / 'failed').write_text(f'ended by signal {status & 127}, limit {limit} s')
    return (folder / 'failed').read_text() if (folder / 'failed').exists() else None


def make_all(work, chosen, seconds, limit):
    import onnx, timm, torch, torchvision, transformers  # once, for all that are forked
    end, made, failed = time.time() + seconds, 0, 0
    for full, name, exporter, opset in chosen:
        folder = work / full
        if (folder / 'case.json').exists() or (folder / 'failed').exists():
            continue
        if time.time() > end:
            print('more is to be made')
            break
        problem = make_apart(folder, name, exporter, opset, limit)
        made += problem is None
        failed += problem is not None
        if problem:
            print(f'not exported: {full}: {problem[:150]}', flush=True)
    print(f'{made} made, {failed} not exported')


def limited():
    """of processor time: the machine may do other things"""
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT + 5))


def run(folder, runner):
    case = json.loads((folder / 'case.json').read_text())
    for i, name in enumerate(case['outputs']):
        want = numpy.load(folder / f'out{i}.npy')
        atol = 1e-4 * float(numpy.abs(want).max()) if want.dtype.kind == 'f' else 0
        command = [runner, str(folder / 'model.onnx'), '-q', '-i', f"input={folder / 'in.npy'}", '--compare', f'{name}={folder / f"out{i}.npy"}', '--rtol', '1e-4', '--atol', repr(atol)]
        result = subprocess.run(command, capture_output=True, text=True, errors='replace', preexec_fn=limited)
        if result.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            return f'no end in {LIMIT} s of processor time'
        if result.returncode:
            return f'status {result.returncode}: ' + ' | '.join((result.stderr + result.stdout).strip().splitlines()[:6])[:600]
    return None


def run_all(work, chosen, runner):
    passed = failed = 0
    for full, *_ in chosen:
        if not (work / full / 'case.json').exists():
            continue
        problem = run(work / full, runner)
        passed += problem is None
        failed += problem is not None
        print(f'{full}: {problem or "right"}', flush=True)
    print(f'{passed} passed, {failed} failed')
    return failed


def load_all(work, chosen, runner):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    sums = [0.0, 0.0]
    for full, *_ in chosen:
        path = work / full / 'model.onnx'
        if not (work / full / 'case.json').exists():
            continue
        times = [[], []]
        for _ in range(3):
            start = time.perf_counter()
            subprocess.run([runner, str(path), '--check', '-q'], capture_output=True, timeout=170)
            times[0].append(time.perf_counter() - start)
            start = time.perf_counter()
            onnxruntime.InferenceSession(str(path), options, providers=['CPUExecutionProvider'])
            times[1].append(time.perf_counter() - start)
        ours, theirs = min(times[0]), min(times[1])
        sums = [sums[0] + ours, sums[1] + theirs]
        print(f'{full}: {1000 * ours:.0f} ms, onnxruntime {1000 * theirs:.0f} ms', flush=True)
    print(f'together {sums[0]:.2f} s, onnxruntime {sums[1]:.2f} s')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=['make', 'run', 'load', 'list'])
    parser.add_argument('--work', type=pathlib.Path, default='.')
    parser.add_argument('--runner', default='build/nnef-cl-run')
    parser.add_argument('--seconds', type=float, default=1e9, help='make begins no further network after so long')
    parser.add_argument('--limit', type=int, default=600, help='seconds for one network of make')
    parser.add_argument('names', nargs='*', help='parts of names')
    a = parser.parse_intermixed_args()
    chosen = [n for n in networks() if not a.names or any(part in n[0] for part in a.names)]
    if a.what == 'make':
        make_all(a.work, chosen, a.seconds, a.limit)
    elif a.what == 'run':
        return bool(run_all(a.work, chosen, os.path.abspath(a.runner)))
    elif a.what == 'load':
        load_all(a.work, chosen, os.path.abspath(a.runner))
    else:
        print('\n'.join(n[0] for n in chosen))
    return 0


if __name__ == '__main__':
    sys.exit(main())
