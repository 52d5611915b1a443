import torch

from flow_synth.augmentation import MaskSizes, NoiseRange, add_noise_floor, mask
from flow_synth.features import N_FRAMES, N_MELS


def test_noise_floor_raises_what_lies_below_it() -> None:
    mel = -12 * torch.rand(64, N_MELS, N_FRAMES)
    torch.manual_seed(0)
    noisy = add_noise_floor(mel, NoiseRange(lowest_db=-60, highest_db=-60, share=0.5))
    touched = (noisy != mel).flatten(1).any(1)
    assert 16 < int(touched.sum()) < 48
    assert torch.equal(noisy[~touched], mel[~touched])
    peak = mel.exp().amax((1, 2), keepdim=True)
    expected = (mel.exp() + 1e-3 * peak).log()
    torch.testing.assert_close(noisy[touched], expected[touched], rtol=0, atol=1e-4)


def test_masks_hide_one_run_of_bands_and_one_of_frames() -> None:
    torch.manual_seed(0)
    mel = torch.randn(500, N_MELS, N_FRAMES)
    hidden = mask(mel, MaskSizes(n_bands=10, n_frames=200)) != mel
    bands, frames = hidden.all(2), hidden.all(1)
    has_all_frames = frames.all(1)
    assert 0 < int(has_all_frames.sum()) < 50
    seen = hidden[~has_all_frames]
    expected = bands[~has_all_frames, :, None] | frames[~has_all_frames, None, :]
    assert torch.equal(seen, expected)
    for runs, longest in ((bands[~has_all_frames], 10), (frames, N_FRAMES)):
        assert {0, longest} <= set(runs.sum(1).tolist()) <= set(range(longest + 1))
        assert int(runs.int().diff(dim=1).abs().sum(1).max()) <= 2
        assert runs.any(0).all()
    nothing = MaskSizes(n_bands=0, n_frames=0)
    assert torch.equal(mask(mel, nothing), mel)


def test_what_is_masked_is_neither_loud_nor_quiet() -> None:
    mel = torch.randn(8, N_MELS, N_FRAMES)
    masked = mask(mel, MaskSizes())
    mean = mel.mean((1, 2), keepdim=True).expand_as(mel)
    assert torch.equal(masked[masked != mel], mean[masked != mel])
