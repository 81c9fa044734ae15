using Nsn.WebRtc.Stun;

namespace Nsn.WebRtc.Tests;

public class StunClassTests
{
    [Fact]
    public void classes_have_the_two_bit_values_of_the_rfc() => Assert.Equal(3, (int)StunClass.ErrorResponse);
}
