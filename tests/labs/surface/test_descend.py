"""Descents against closed forms, PyTorch's optimizers and a rewrite; limits of the rate; noise; what is kept."""

import numpy as np
import pytest
import torch

from descentlab.labs.surface.measure import RuleName, Setting, draw_starts, find_surface, follow, make_surface
from descentlab.labs.surface.measure._descend import BLOCK, SMALL_BLOCK, descend
from descentlab.labs.surface.measure._surface import look_at

BOWL = find_surface("bowl")
CURVATURES = np.array([1.0, 10.0])


def test_the_bowl_is_descended_as_the_closed_form_says() -> None:
    starts = draw_starts(BOWL, 100, seed=0)
    for rate in (0.01, 0.15, 0.199):
        for steps in (1, 7, 40):
            path = follow(BOWL, starts, Setting(rate), at=[steps], steps=40)
            np.testing.assert_allclose(path[0], (1 - rate * CURVATURES) ** steps * starts, rtol=1e-10, atol=1e-14)


def test_momentum_is_the_recurrence_s_matrix_power() -> None:
    rate, momentum, steps = 0.12, 0.7, 25
    starts = draw_starts(BOWL, 20, seed=1)
    end = follow(BOWL, starts, Setting(rate, momentum), at=[steps], steps=steps)[0]
    for k, curvature in enumerate(CURVATURES):
        # x' = x - rate v', v' = momentum v + curvature x
        matrix = np.array([[1 - rate * curvature, -rate * momentum], [curvature, momentum]])
        expected = np.linalg.matrix_power(matrix, steps)[0, 0] * starts[:, k]
        np.testing.assert_allclose(end[:, k], expected, rtol=1e-9, atol=1e-14)


def _torch_rule(name: RuleName, point: torch.Tensor, setting: Setting) -> torch.optim.Optimizer:
    match name:
        case "sgd":
            return torch.optim.SGD([point], lr=setting.learning_rate, momentum=setting.momentum)
        case "nesterov":
            return torch.optim.SGD([point], lr=setting.learning_rate, momentum=setting.momentum, nesterov=True)
        case _:
            return torch.optim.Adam([point], lr=setting.learning_rate)


@pytest.mark.parametrize("rule", ["sgd", "nesterov", "adam"])
def test_every_rule_goes_where_pytorch_goes(rule: RuleName) -> None:
    surface, setting = find_surface("himmelblau"), Setting(0.004, 0.6)
    starts = draw_starts(surface, 30, seed=2)
    point = torch.tensor(starts, requires_grad=True)
    optimizer = _torch_rule(rule, point, setting)
    for _ in range(30):
        optimizer.zero_grad()
        x, y = point[:, 0], point[:, 1]
        ((x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2).sum().backward()
        optimizer.step()
    end = follow(surface, starts, setting, at=[30], steps=30, rule=rule)[0]
    np.testing.assert_allclose(end, point.detach().numpy(), rtol=1e-9)


def test_rmsprop_is_its_formula() -> None:
    starts = draw_starts(BOWL, 10, seed=3)
    point, squares = starts.copy(), np.zeros_like(starts)
    for _ in range(12):
        gradient = CURVATURES * point
        squares = 0.9 * squares + 0.1 * gradient**2
        point -= 0.05 * gradient / np.sqrt(squares + 1e-8)
    end = follow(BOWL, starts, Setting(0.05), at=[12], steps=20, rule="rmsprop")[0]
    np.testing.assert_allclose(end, point, rtol=1e-9)


@pytest.mark.parametrize(
    ("rule", "momentum", "limit"),
    [("sgd", 0.0, 2.0), ("sgd", 0.5, 3.0), ("sgd", 0.9, 3.8), ("nesterov", 0.5, 1.5), ("nesterov", 0.9, 3.8 / 2.8)],
)
def test_the_limit_of_the_rate_is_exact_to_a_percent(rule: RuleName, momentum: float, limit: float) -> None:
    starts = draw_starts(BOWL, 50, seed=4)
    for share, holds in ((0.99, True), (1.01, False)):
        rate = share * limit / CURVATURES.max()
        path = follow(BOWL, starts, Setting(rate, momentum), at=[0, 4000], steps=4000, rule=rule)
        has_shrunk = np.abs(path[1, :, 1]) < np.abs(path[0, :, 1])
        assert has_shrunk.all() == holds
        assert has_shrunk.any() == holds


def test_what_diverges_is_marked_with_its_step_and_stays_within_reach() -> None:
    rate, starts = 1.0, np.array([[0.0, 1.0], [0.0, 0.0], [1.0, -1e-3]])
    ends = descend(BOWL, starts, Setting(rate), steps=100)
    # y grows by a factor of 9 a step, and the reach is 1,000 widths of 4.
    expected = [int(np.ceil(np.log(4000 / abs(y)) / np.log(9))) if y else -1 for y in starts[:, 1]]
    assert ends.died_at.tolist() == expected
    assert (np.abs(ends.points) <= 4000).all()
    np.testing.assert_allclose(ends.points[1], 0.0, atol=1e-12)


def test_where_there_is_no_value_a_descent_ends() -> None:
    surface = make_surface("x*ln(x)", domain=((-1.0, 1.0),))
    ends = descend(surface, np.array([[-0.5], [0.5]]), Setting(0.05), steps=200)
    assert ends.died_at.tolist() == [1, -1]
    np.testing.assert_allclose(ends.points, [[-0.5], [np.exp(-1)]], atol=1e-6)


def test_boxes_hold_the_last_tenth_of_the_path() -> None:
    surface = find_surface("double-well")
    starts = draw_starts(surface, 40, seed=5)
    setting, steps = Setting(0.3), 200
    ends = descend(surface, starts, setting, steps=steps)
    path = follow(surface, starts, setting, at=range(steps + 1), steps=steps)
    np.testing.assert_array_equal(ends.points, path[-1])
    for half, (first, last) in enumerate(((180, 190), (190, 200))):
        np.testing.assert_array_equal(ends.low[half], path[first : last + 1].min(axis=0))
        np.testing.assert_array_equal(ends.high[half], path[first : last + 1].max(axis=0))


@pytest.mark.shipped
@pytest.mark.parametrize("noise", [0.0, 5.0])
def test_a_descent_is_the_same_alone_and_among_thousands(noise: float) -> None:
    surface, setting = find_surface("himmelblau"), Setting(0.005, 0.3, noise)
    starts = draw_starts(surface, BLOCK, seed=6)
    many = descend(surface, starts, setting, steps=100, seed=1)
    again = descend(surface, starts, setting, steps=100, seed=1)
    np.testing.assert_array_equal(many.points, again.points)
    if not noise:
        alone = descend(surface, starts[7:8], setting, steps=100)
        np.testing.assert_array_equal(many.points[7:8], alone.points)


def test_noise_has_the_size_it_is_given_and_ends_with_the_fourth_fifth() -> None:
    flat, sigma, rate = make_surface("0*x*y"), 0.3, 0.01
    starts = np.zeros((BLOCK, 2))
    path = follow(flat, starts, Setting(rate, noise=sigma), at=[0, 1, 80, 81, 100], steps=100, seed=3)
    # Four standard errors of a standard deviation from 8,192 draws.
    for step, expected in ((1, rate * sigma), (2, rate * sigma * np.sqrt(80))):
        assert path[step].std() == pytest.approx(expected, rel=4 / np.sqrt(2 * path[step].size))
        assert abs(path[step].mean()) < 4 * expected / np.sqrt(path[step].size)
        assert abs(np.corrcoef(path[step].T)[0, 1]) < 4 / np.sqrt(BLOCK)
    np.testing.assert_array_equal(path[3], path[2])
    np.testing.assert_array_equal(path[4], path[2])


def test_noise_is_the_seed_s_and_the_stream_s_and_the_same_at_every_setting() -> None:
    flat = make_surface("0*x")
    starts = np.zeros((SMALL_BLOCK, 1))

    def walk(noise: float = 1.0, seed: int = 0, stream: int = 0) -> np.ndarray:
        return descend(flat, starts, Setting(0.1, noise=noise), steps=20, seed=seed, stream=stream).points[:, 0]

    np.testing.assert_allclose(walk(noise=3.0), 3.0 * walk(), rtol=1e-12)
    for other in (walk(seed=1), walk(stream=1)):
        assert abs(np.corrcoef(walk(), other)[0, 1]) < 4 / np.sqrt(SMALL_BLOCK)


def test_noise_settles_at_the_temperature_of_theory() -> None:
    # On a quadratic the variance of gradient descent with noise is rate sigma^2 / (lambda (2 - rate lambda)).
    rate, sigma = 0.1, 2.0
    path = follow(make_surface("x^2/2"), np.zeros((BLOCK, 1)), Setting(rate, noise=sigma), at=[400], steps=500)
    expected = np.sqrt(rate * sigma**2 / (2 - rate))
    assert path[0].std() == pytest.approx(expected, rel=4 / np.sqrt(2 * BLOCK))


def test_starts_fill_the_domain_and_more_of_them_begin_alike() -> None:
    surface = find_surface("rosenbrock")
    starts = draw_starts(surface, 20_000, seed=0)
    low, high = np.array(surface.domain).T
    assert ((starts >= low) & (starts <= high)).all()
    np.testing.assert_allclose(starts.mean(axis=0), (low + high) / 2, atol=0.05)
    np.testing.assert_array_equal(draw_starts(surface, 100, seed=0), starts[:100])
    assert not np.array_equal(draw_starts(surface, 100, seed=1), starts[:100])


def test_one_program_serves_every_number(caplog: pytest.LogCaptureFixture) -> None:
    import jax

    surface = make_surface("x^4 - 3*x^2 + 0.123*x")
    starts = draw_starts(surface, 10, seed=0)
    descend(surface, starts, Setting(0.01), steps=20)
    with jax.log_compiles(), caplog.at_level("WARNING"):
        descend(surface, starts, Setting(0.02, 0.9), steps=500, seed=3)
        descend(surface, draw_starts(surface, 300, seed=1), Setting(0.3), steps=33)
    assert "Compiling" not in caplog.text


def test_the_gradient_is_that_of_the_surface() -> None:
    surface = make_surface("sin(x*y) + x^2/(1 + y^2)")
    starts = draw_starts(surface, 50, seed=0)
    moved = follow(surface, starts, Setting(0.1), at=[1], steps=20)[0]
    np.testing.assert_allclose((starts - moved) / 0.1, look_at(surface, starts).gradients, rtol=1e-9, atol=1e-12)
