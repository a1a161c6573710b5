#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Networks of the zoo in torch on a CUDA device, as JSON: milliseconds by network, batch and arithmetic (fp32 without TF32, with it, fp16). For gpu.sh."""
import json
import statistics
import sys

import torch
import torchvision

NAMES = ['alexnet', 'densenet121', 'efficientnet_b0', 'googlenet', 'mobilenet_v2', 'mobilenet_v3_large', 'resnet18', 'resnet50', 'shufflenet_v2_x1_0', 'squeezenet1_1', 'vgg16', 'vit_b_16', 'convnext_tiny']
RUNS = 20


def milliseconds(model, data):
    times = []
    with torch.inference_mode():
        for run in range(RUNS + 5):
            start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            start.record()
            model(data)
            end.record()
            torch.cuda.synchronize()
            if run >= 5:
                times.append(start.elapsed_time(end))
    return statistics.median(times)


def measure(name, batch):
    model = getattr(torchvision.models, name)().eval().cuda()
    data = torch.rand(batch, 3, 224, 224, device='cuda')
    row = {}
    for kind, allowed in (('fp32', False), ('tf32', True)):
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allowed
        row[kind] = milliseconds(model, data)
    row['fp16'] = milliseconds(model.half(), data.half())
    return row


def main():
    if not torch.cuda.is_available():
        print('{}')
        return 0
    print(json.dumps({name: {str(batch): measure(name, batch) for batch in (1, 8, 32)} for name in NAMES}))
    return 0


if __name__ == '__main__':
    sys.exit(main())
