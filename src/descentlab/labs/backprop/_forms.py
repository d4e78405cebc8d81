"""What the tables of `backprop` hold, column by column."""

from functools import partial

from descentlab.results import Column, TableForm

number = partial(Column, format="number", digits=4)
longer = partial(Column, format="number", digits=5)
exact = partial(Column, format="number", digits=6)
error = partial(Column, format="number", digits=2)
count = partial(Column, format="count")
detail = partial(Column, is_detail=True)

LAYER = Column("layer", meaning="Name of the layer; the last one gives the logits.")
SUMMARY = TableForm(
    "summary",
    "In all",
    (
        Column("network", meaning="Experiment, and where its weights come from."),
        Column("part", meaning="Part of the data that the examples are from; empty where they were typed."),
        Column("num_examples", meaning="Examples whose gradients are averaged.", format="count"),
        Column("example", meaning="Place of the example that is looked at, in its part.", format="count"),
        Column("truth", meaning="Its class or its target; several targets by name."),
        Column("num_targets", "targets", "Targets of an example.", format="count"),
        Column("loss", meaning="Loss that the cost is computed with."),
        exact("example_cost", "cost of the example", "Cost C of the example that is looked at."),
        exact("cost", "mean cost", "Mean of the examples' costs."),
        count("num_params", "learned numbers", "Learned numbers of the network."),
        number("gradient_norm", "|∂C/∂θ|", "Length of the whole averaged gradient."),
        number("curvature", meaning="gHg / |g|²: how fast the slope changes along the step."),
        number("trusted_to", "predicted up to", "Largest rate up to which first order predicts each step to a tenth."),
        number("best_rate", meaning="Rate tried after whose step the cost is lowest."),
        number("rises_from", meaning="Smallest rate from which on a step raises the cost."),
        error("tolerance", meaning="Relative error up to which two ways of computing a derivative agree."),
        number("mean_norm", "length of the mean gradient", "Length of the mean of the examples' gradients."),
        number("expected_norm", "length by chance", "Length that their mean would have by chance alone."),
        number("signal_to_noise", meaning="Length of the mean gradient over the scatter of the examples' gradients."),
        number("noise_scale", meaning="Examples that a batch needs until signal and noise balance."),
        Column("run", meaning="Folder of the run."),
    ),
    is_single=True,
)
OUTPUTS = TableForm(
    "outputs",
    "Outputs of the example",
    (
        Column("output", meaning="Class of the output."),
        longer("logit", "logit z", "What the last layer gives."),
        longer("activation", "a", "The output: the logit behind the loss's link."),
        number("target", "y", "What the output should be."),
        longer("cost", "", "Part of the cost that this output adds."),
        longer("activation_gradient", "∂C/∂a", "Derivative of the cost by the output."),
        longer("delta", "δ = ∂C/∂z", "Derivative of the cost by the logit: a positive one should fall."),
    ),
    is_printed=True,
    most_shown=20,
)
MEAN_OUTPUTS = TableForm(
    "mean_outputs",
    "Outputs on average over the batch",
    (
        Column("output", meaning="Class of the output."),
        longer("activation", "a", "Mean output."),
        longer("target", "y", "Mean of what it should be."),
        longer("activation_gradient", "∂C/∂a", "Mean derivative of the cost by the output."),
        longer("delta", "δ = ∂C/∂z", "Mean derivative of the cost by the logit."),
    ),
)
LAYERS = TableForm(
    "layers",
    "Layers from the inputs on, each checked in two other ways",
    (
        LAYER,
        Column("kind", meaning="Kind of layer."),
        Column("shape", meaning="Shape of what it gives for one example."),
        number("rms_activation", "rms a", "Root mean square of the activations."),
        number("rms_activation_gradient", "rms ∂C/∂a", "Root mean square of the derivatives by the activations."),
        number("rms_delta", "rms δ", "Root mean square of δ = ∂C/∂z."),
        number("gradient_norm", "|∂C/∂θ|", "Length of the gradient of the layer's learned numbers."),
        error("autodiff", meaning="Largest relative error against automatic differentiation."),
        error("differences", meaning="Largest relative error against central differences in float64."),
        Column("three_ways", meaning="Whether all three ways of computing the derivatives agree."),
    ),
    is_printed=True,
)
FORMULAS = TableForm(
    "formulas",
    "Rules of the layers and of the loss",
    (
        LAYER,
        Column("of", meaning="What the rule computes."),
        Column("rule", meaning="The rule in plain signs."),
        detail("latex", meaning="The rule as LaTeX."),
    ),
)
NEURONS = TableForm(
    "neurons",
    "The neuron with the largest δ of each layer that is taken apart",
    (
        LAYER,
        Column("place", "neuron", "Place of the neuron in its layer's output, counted from 0."),
        longer("preactivation", "z", "Sum that reaches the neuron."),
        longer("activation", "a = σ(z)", "What the neuron gives."),
        longer("activation_gradient", "∂C/∂a", "Derivative of the cost by the activation."),
        longer("slope", "σ'(z)", "Slope of the activation function; 1 where there is none."),
        longer("delta", "δ", "Derivative of the cost by z: ∂C/∂a times the slope."),
    ),
)
TERMS = TableForm(
    "terms",
    "What numbers are made of: z of the neuron with the largest δ, and the largest ∂C/∂a of the layer below",
    (
        LAYER,
        Column("sum", meaning="The number that is taken apart."),
        Column("from", meaning="Where the term comes from; the last line is the total."),
        Column(
            "part",
            meaning="Whether the line is a term, the sum of the others, a constant or the total.",
            is_detail=True,
        ),
        count("num_terms", "terms", "Terms that the line stands for.", is_detail=True),
        Column("factor_names", "product of", "What is multiplied."),
        longer("factors", "factors", "The numbers that are multiplied."),
        exact("value", "product", "What the term adds to the sum."),
    ),
)
GRADIENT_TERMS = TableForm("gradient_terms", "What each of the largest derivatives is made of", TERMS.columns)
GRADIENTS = TableForm(
    "gradients",
    "The largest derivatives by the learned numbers",
    (
        LAYER,
        Column("role", "of", "Learned array: weight, bias, ..."),
        Column("derivative", meaning="The derivative; the last line is the sum of all."),
        count("num_terms", "terms", "Terms that it is the sum of, or derivatives that the line stands for."),
        longer("factors", "factors", "Its factors, where it is one product."),
        exact("value", meaning="The derivative of the mean cost."),
        Column("share", meaning="Share of the array's squared length that the lines above hold.", format="percent"),
    ),
)
ARRAYS = TableForm(
    "arrays",
    "Every array of the account",
    (
        Column("array", meaning="Layer and what it is of."),
        Column("layer", meaning="Layer that it belongs to; 'loss' for the cost's own."),
        Column("of", meaning="What it holds."),
        Column("shape", meaning="Its shape; of all but learned arrays, the first side is the example."),
        number("norm", meaning="Its length."),
        number("total", meaning="Sum of all entries."),
        count("num_rest", meaning="Entries that are not among the largest."),
        number("rest", meaning="Sum of those."),
        number("values", meaning="All entries, the last place running fastest; empty where there are too many."),
    ),
)
LARGEST = TableForm(
    "largest",
    "Largest entries of every array",
    (
        Column("array", meaning="Layer and what the array is of."),
        Column("place", meaning="Place of the entry."),
        longer("value", meaning="The entry."),
    ),
)
CHECKS = TableForm(
    "checks",
    "Every array of derivatives checked in two other ways",
    (
        Column("array", meaning="Layer and what the derivatives are by."),
        Column("layer", meaning="Layer that it belongs to."),
        Column("of", "derivative", "What the derivatives are by."),
        count("size", "numbers", "Derivatives in the array."),
        number("largest", meaning="Largest absolute derivative."),
        error("autodiff", meaning="Largest relative error against automatic differentiation."),
        error("differences", meaning="Largest relative error against central differences."),
        count("num_differences", "of them", "Derivatives compared with central differences."),
        count("num_kinks", "at kinks", "Derivatives at a kink, where there is no difference to take."),
        Column("is_resolved", meaning="Whether rounding leaves enough digits for the tolerance.", format="flag"),
        Column("three_ways", meaning="Whether all three ways agree."),
    ),
)
THREE_WAYS = TableForm(
    "three_ways",
    "The largest derivatives in three ways",
    (
        Column("array", meaning="Layer and what the derivative is by."),
        Column("place", meaning="Place of the derivative."),
        Column("by_rule", "by the rule", "By the layer's own rule.", format="number", digits=8),
        Column("autodiff", meaning="By automatic differentiation.", format="number", digits=8),
        Column(
            "difference", "central difference", "By a central difference; empty at a kink.", format="number", digits=8
        ),
    ),
)
CHAIN = TableForm(
    "chain",
    "Forward through the chain: z = w a + b",
    (
        LAYER,
        count("number", meaning="Number of the layer, counted from 1 at the input."),
        exact("weight", "w", "Weight."),
        exact("behind", "a below", "Activation of the layer below."),
        exact("bias", "b", "Bias."),
        exact("preactivation", "z", "w a + b."),
        exact("activation", "a", "σ(z)."),
    ),
    is_printed=True,
)
CHAIN_PRODUCTS = TableForm(
    "chain_products",
    "The chain rule, written out",
    (
        Column("derivative", meaning="The derivative.", is_detail=True),
        Column("written_out", "backward", "Its factors by name, then their numbers, then the product."),
        detail("latex", meaning="The derivative as LaTeX."),
        Column("layer", meaning="Layer that it belongs to.", is_detail=True),
        exact("product", meaning="All factors multiplied.", is_detail=True),
        exact("value", meaning="The same derivative by the layers' own rules.", is_detail=True),
    ),
    is_printed=True,
)
CHAIN_FACTORS = TableForm(
    "chain_factors",
    "Factors of the chain rule",
    (
        Column("derivative", meaning="The derivative that the factor belongs to."),
        Column("factor", meaning="The factor in plain signs."),
        Column("latex", meaning="The factor as LaTeX."),
        Column("meaning", meaning="Which derivative the factor is."),
        exact("value", meaning="Its number."),
    ),
)
NUDGED = TableForm(
    "nudged_neurons",
    "How neurons should change",
    (
        Column("neuron", meaning="Layer and place."),
        longer("activation", meaning="What the neuron gives."),
        longer("activation_nudge", meaning="-∂C/∂a of the neuron."),
        longer("delta", meaning="∂C/∂z of the neuron: a positive one should fall."),
        longer("bias_nudge", meaning="-δ, the change of its bias that lowers the cost."),
        count("num_rest", meaning="Inputs that are not among the largest."),
        longer("rest_weight_nudge", meaning="Sum of the nudges of their weights."),
        longer("rest_activation_nudge", meaning="Sum of the nudges of their activations."),
        longer("mean_activation", meaning="Mean over the batch of what the neuron gives."),
        longer("mean_delta", meaning="Mean over the batch of ∂C/∂z."),
        longer("mean_bias_nudge", meaning="Mean over the batch of the bias's nudge."),
        longer("mean_rest_weight_nudge", meaning="Sum of the mean nudges of the other weights."),
        longer("mean_rest_activation_nudge", meaning="Sum of the mean nudges of the other activations."),
    ),
)
NUDGES = TableForm(
    "nudges",
    "Nudges that lower the cost, of the neuron with the largest δ of each layer",
    (
        Column("neuron", meaning="Layer and place."),
        Column("from", meaning="Where the weight comes from."),
        longer("weight", "w", "The weight."),
        longer("behind", "a behind", "Activation that it multiplies."),
        longer("weight_nudge", "w by −δ a", "Change of the weight that lowers the cost, in proportion."),
        longer("activation_nudge", "a by −δ w", "Change of the activation that lowers the cost, in proportion."),
        Column("mean_behind", meaning="Mean activation over the batch.", format="number", digits=5, is_detail=True),
        longer("mean_weight_nudge", "w on average", "Mean nudge of the weight over the batch."),
        Column(
            "mean_activation_nudge", meaning="Mean nudge of the activation.", format="number", digits=5, is_detail=True
        ),
    ),
    is_printed=True,
    most_shown=40,
)
EFFECTIVE = TableForm(
    "most_effective",
    "The most effective numbers of the network",
    (
        Column("number", meaning="Layer, array and place of the learned number."),
        longer("value", meaning="What it is."),
        longer("gradient", "∂C/∂θ", "Derivative of the cost by it."),
        Column("share", "of |∂C/∂θ|²", "Share of the gradient's squared length.", format="percent"),
    ),
    is_printed=True,
)
EXAMPLES = TableForm(
    "examples",
    "Examples beside their mean",
    (
        Column("example", meaning="Place of the example in its part."),
        Column("truth", meaning="Its class or its target."),
        number("cost", "C", "Its cost."),
        number("gradient_norm", "|gradient|", "Length of its gradient."),
        number("cosine", "cosine with the mean", "1: its gradient points as the mean does; −1: the opposite way."),
    ),
    most_shown=12,
)
LAYER_SIGNALS = TableForm(
    "layer_signals",
    "Signal to noise, layer by layer",
    (LAYER, number("signal_to_noise", "|mean| / scatter", "Length of the mean gradient over the scatter.")),
)
DEPTH = TableForm(
    "depth",
    "Through depth: length of ∂C/∂z, layer by layer",
    (
        LAYER,
        number("delta", "this network", "Length of δ = ∂C/∂z in the layer."),
        number("delta_sigmoid", "sigmoid, Glorot", "The same with sigmoids and Glorot's initial weights."),
        number("delta_relu", "ReLU, He", "The same with ReLUs and He's initial weights."),
        *(
            number(f"{name}{suffix}", meaning=f"{meaning}{words}", is_hidden=True)
            for name, meaning in (("gradient_norm", "Length of the layer's gradient"), ("slope", "Mean of |σ'(z)|"))
            for suffix, words in (("", "."), ("_sigmoid", ", with sigmoids."), ("_relu", ", with ReLUs."))
        ),
    ),
    is_printed=True,
)
VARIANTS = TableForm(
    "variants",
    "Factor of the length of ∂C/∂z from one layer to the one below",
    (
        Column("network", meaning="What is different about the network; the first is the one that is looked at."),
        number("factor_per_layer", "factor per layer", "Geometric mean over the layers: below 1 the gradient shrinks."),
        Column("note", meaning="Why no other network stands beside it.", is_hidden=True),
    ),
    is_printed=True,
)
UPDATE = TableForm(
    "update",
    "Change of the cost by one step of gradient descent",
    (
        number("learning_rate", meaning="η: the step is −η times the gradient."),
        number("predicted", "predicted", "Change by first order: −η |g|²."),
        number("with_curvature", meaning="Change by second order: −η |g|² + η²/2 gHg."),
        number("actual", meaning="Change of the cost itself."),
    ),
    is_printed=True,
    most_shown=9,
    is_series=True,
)
