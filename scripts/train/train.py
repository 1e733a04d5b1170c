"""Trains the built-in CIFAR-10 classifier on the CPU (or a GPU where there is one).

    python scripts/train/train.py --data cifar10_jpeg.tar.gz --out models/cifar10/build

Writes `weights.npz` (batch normalisation folded, f32) and `train.log` (one JSON object a line); the last line is the test
accuracy in plain PyTorch f32. A stopped run goes on from `checkpoint.pt` with `--resume`.
Two cores with AMX take half a minute an epoch.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from cifar10 import MEAN, STD, normalize, read_split
from network import Classifier, folded_weights

MOMENTUM, WEIGHT_DECAY, LABEL_SMOOTHING, WARM_UP_EPOCHS, AVERAGE_DECAY = 0.9, 5e-4, 0.1, 4, 0.998


def augment(images: torch.Tensor, shift: int = 4, cutout: int = 8) -> torch.Tensor:
    """Random flip, shift (reflected border) and one zeroed square, drawn for each picture. f32 [N,3,32,32]."""
    n, _, size, _ = images.shape
    images = torch.where(torch.rand(n, 1, 1, 1) < 0.5, images.flip(3), images)
    padded = F.pad(images, (shift,) * 4, mode="reflect")
    out = torch.empty_like(images)
    dy, dx = torch.randint(0, 2 * shift + 1, (2, n)).tolist()
    cy, cx = torch.randint(0, size, (2, n)).tolist()
    half = cutout // 2
    for i in range(n):
        out[i] = padded[i, :, dy[i] : dy[i] + size, dx[i] : dx[i] + size]
        out[i, :, max(cy[i] - half, 0) : cy[i] + half, max(cx[i] - half, 0) : cx[i] + half] = 0
    return out.contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def correct(net, images, labels, batch: int = 500) -> int:
    """How many of the pictures the network puts into their class, in f32."""
    net.eval()
    hits = sum(int((net(images[i : i + batch]).argmax(1) == labels[i : i + batch]).sum()) for i in range(0, len(images), batch))
    net.train()
    return hits


def rate_at(progress: float, epochs: int, peak: float) -> float:
    """Linear warm-up, then cosine to zero."""
    if progress < WARM_UP_EPOCHS:
        return peak * max(progress / WARM_UP_EPOCHS, 0.01)
    return peak * 0.5 * (1 + math.cos(math.pi * (progress - WARM_UP_EPOCHS) / (epochs - WARM_UP_EPOCHS)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="cifar10_jpeg.tar.gz")
    parser.add_argument("--out", required=True, help="folder for weights.npz, train.log and checkpoint.pt")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=64)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=0.2, help="peak learning rate")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/checkpoint.pt")
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    log_file = open(out / "train.log", "a" if args.resume else "w")

    def log(**row):
        print(json.dumps(row), file=log_file, flush=True)
        print(json.dumps(row), flush=True)

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    settings = {k: v for k, v in vars(args).items() if k not in ("data", "out", "resume")}
    log(torch=torch.__version__, device=device.type, threads=torch.get_num_threads(), **settings)

    train_x, train_y, _ = read_split(args.data, "train")
    test_x, test_y, _ = read_split(args.data, "test")
    train_x, test_x = (torch.from_numpy(normalize(x)).to(memory_format=torch.channels_last) for x in (train_x, test_x))
    train_y, test_y = torch.from_numpy(train_y), torch.from_numpy(test_y)

    net = Classifier().to(device, memory_format=torch.channels_last)
    log(parameters=sum(p.numel() for p in net.parameters()))
    average = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGE_DECAY), use_buffers=True
    )
    decayed = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim == 1]
    optimizer = torch.optim.SGD(
        [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}],
        lr=args.rate, momentum=MOMENTUM, nesterov=True,
    )
    first = 0
    if args.resume:
        saved = torch.load(out / "checkpoint.pt", map_location=device)
        net.load_state_dict(saved["net"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        torch.set_rng_state(saved["random"])
        first = saved["epoch"]

    steps = len(train_x) // args.batch
    for epoch in range(first, args.epochs):
        started, total = time.time(), 0.0
        order = torch.randperm(len(train_x))
        for step in range(steps):
            for group in optimizer.param_groups:
                group["lr"] = rate_at(epoch + step / steps, args.epochs, args.rate)
            pick = order[step * args.batch : (step + 1) * args.batch]
            images = augment(train_x[pick]).to(device)
            with torch.autocast(device.type, torch.bfloat16):
                logits = net(images)
            loss = F.cross_entropy(logits.float(), train_y[pick].to(device), label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            for layer in net.layers:
                layer.keep_scale_positive()
            average.update_parameters(net)
            total += float(loss.detach())
        log(epoch=epoch + 1, loss=round(total / steps, 4), test_correct=correct(average.module, test_x.to(device), test_y.to(device)),
            seconds=round(time.time() - started, 1))
        torch.save({"net": net.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(),
                    "random": torch.get_rng_state(), "epoch": epoch + 1}, out / "checkpoint.pt")

    final = average.module.cpu().float()
    final.eval()
    np.savez(out / "weights.npz", **folded_weights(final), mean=np.float32(MEAN), std=np.float32(STD))
    log(pytorch_f32_test_correct=correct(final, test_x, test_y), of=len(test_y))


if __name__ == "__main__":
    main()
