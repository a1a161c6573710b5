#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Networks of the zoo in torch on a CUDA device, as JSON: milliseconds by network, batch and arithmetic: fp32 without TF32, with it,
fp16, and fp32 without TF32 as a graph of CUDA, which launches all kernels at once. For gpu.sh."""
import json
import statistics
import sys

import torch
import torchvision

NAMES = ['alexnet', 'bert_base_encoder', 'convnext_tiny', 'densenet121', 'efficientnet_b0', 'googlenet', 'mobilenet_v2',
         'mobilenet_v3_large', 'resnet18', 'resnet50', 'shufflenet_v2_x1_0', 'squeezenet1_1', 'vgg16', 'vit_b_16']
RUNS = 20


class BertEncoder(torch.nn.Module):
    """what the zoo has of BERT: the layers, behind the embedding"""

    def __init__(self):
        super().__init__()
        import transformers
        self.encoder = transformers.BertModel(transformers.BertConfig()).encoder

    def forward(self, hidden):
        return self.encoder(hidden)


def model_and_shape(name):
    if name == 'bert_base_encoder':
        return BertEncoder(), (128, 768)
    return getattr(torchvision.models, name)(**({'init_weights': False} if name == 'googlenet' else {})), (3, 224, 224)


def milliseconds(run):
    times = []
    with torch.inference_mode():
        for turn in range(RUNS + 5):
            start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            start.record()
            run()
            end.record()
            torch.cuda.synchronize()
            if turn >= 5:
                times.append(start.elapsed_time(end))
    return statistics.median(times)


def graph_milliseconds(model, data):
    graph = torch.cuda.CUDAGraph()
    with torch.inference_mode(), torch.cuda.graph(graph):
        model(data)
    return milliseconds(graph.replay)


def measure(model, shape, batch):
    data = torch.rand(batch, *shape, device='cuda')
    row = {}
    for kind, allowed in (('tf32', True), ('fp32', False)):
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allowed
        row[kind] = milliseconds(lambda: model(data))
    row['fp32_graph'] = graph_milliseconds(model, data)
    model, data = model.half(), data.half()
    row['fp16'] = milliseconds(lambda: model(data))
    model.float()
    return row


def main():
    answers = {}
    for name in NAMES if torch.cuda.is_available() else []:
        try:
            model, shape = model_and_shape(name)
            model = model.eval().cuda()
            answers[name] = {str(batch): measure(model, shape, batch) for batch in (1, 8, 32)}
        except Exception as error: # without transformers, or what a version of torch cannot capture
            print('%s: %s' % (name, error), file=sys.stderr)
    print(json.dumps(answers))
    return 0


if __name__ == '__main__':
    sys.exit(main())
