namespace Nsn.Vortex.Packs;

/// <summary>The operators a pack may use: those of the ONNX standard without custom code, and the fused ones that exporters emit.</summary>
internal static class OnnxOperators
{
    private static readonly HashSet<string> s_allowed = new(
        ("Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast "
        + "CastLike Ceil Celu CenterCropPad Clip Compress Concat Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DFT DepthToSpace "
        + "DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather GatherElements GatherND "
        + "Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HannWindow HardSigmoid HardSwish Hardmax Identity If "
        + "InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Loop MatMul MatMulInteger Max MaxPool "
        + "MaxUnpool Mean MeanVarianceNormalization Min Mish Mod Mul Neg NonZero Not OneHot Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RNN "
        + "Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape "
        + "Resize ReverseSequence RotaryEmbedding Round STFT Scan ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty SequenceInsert "
        + "SequenceLength Shape Shrink Sigmoid Sign SimplifiedLayerNormalization Sin Sinh Size Slice Softmax Softplus Softsign SpaceToDepth Split "
        + "SplitToSequence Sqrt Squeeze Sub Sum Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor").Split(' ')
        .Concat(("Attention BiasAdd BiasGelu BiasSplitGelu FastGelu FusedConv FusedMatMul Gelu GroupNorm GroupQueryAttention LayerNormalization MatMulNBits "
        + "MultiHeadAttention NhwcConv QuickGelu RotaryEmbedding SimplifiedLayerNormalization SkipLayerNormalization SkipSimplifiedLayerNormalization").Split(' ')
            .Select(name => "com.microsoft:" + name)),
        StringComparer.Ordinal);

    /// <summary>Random operators are absent on purpose: noise comes from the seed, through an input.</summary>
    public static bool IsAllowed(string name) => s_allowed.Contains(name);
}
