import pytest
import torch
from torch import Tensor

from flow_synth.made import Made


@pytest.mark.parametrize(("n_dimensions", "n_hidden"), [(1, 4), (2, 3), (5, 32), (40, 128)])
@pytest.mark.parametrize("n_context", [0, 2])
@pytest.mark.parametrize("n_parameters", [2, 4])
def test_output_depends_on_exactly_the_inputs_before_it(
    n_dimensions: int, n_hidden: int, n_context: int, n_parameters: int
) -> None:
    made = Made(n_dimensions, n_hidden, n_context, n_parameters).double()
    x = torch.randn(n_dimensions, dtype=torch.float64)
    context = torch.randn(n_context, dtype=torch.float64) if n_context else None
    jacobian = torch.autograd.functional.jacobian(lambda value: made(value, context), x)
    below = torch.ones(n_dimensions, n_dimensions).tril(-1).bool()
    for parameter in jacobian.unflatten(0, (n_parameters, n_dimensions)):
        assert (parameter[~below] == 0).all()
        if n_hidden >= n_dimensions:
            assert (parameter[below] != 0).all()


def test_context_reaches_every_output() -> None:
    made = Made(5, 32, 3).double()
    x, context = torch.randn(5).double(), torch.randn(3).double()

    def output(value: Tensor) -> Tensor:
        parameters: Tensor = made(x, value)
        return parameters

    assert (torch.autograd.functional.jacobian(output, context) != 0).all()
