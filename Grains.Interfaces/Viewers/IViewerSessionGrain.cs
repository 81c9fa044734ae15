namespace Nsn.Grains.Viewers;

/// <summary>A viewer; the key is the session id. Outlives connections, so that a viewer resumes on the same or another gateway.</summary>
[Alias("nsn.viewer-session")]
public interface IViewerSessionGrain : IGrainWithStringKey
{
    /// <summary>A gateway carries the session from now on. Answers with where the viewer was, when it comes back within the resume time.</summary>
    Task<ViewerPosition?> AttachAsync(string channel, string gateway, string transport);

    /// <summary>How far the viewer is and what it got; sent every few seconds.</summary>
    Task ReportAsync(ViewerPosition position, long bytesSent);

    /// <summary>The connection is gone; the session waits for a resume.</summary>
    Task DetachAsync();

    /// <summary>The session, or null when there is none (any more).</summary>
    Task<ViewerSessionInfo?> GetAsync();
}
