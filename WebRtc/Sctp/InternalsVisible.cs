using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Nsn.WebRtc.Sctp.Tests")]
