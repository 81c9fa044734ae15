using Nsn.WebRtc.Browser.Tests.Firefox;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>One after the other, so that none takes the machine from another, and with one Firefox for all.</summary>
[CollectionDefinition("browsers")]
public sealed class BrowserTests : ICollectionFixture<FirefoxBrowser>;
