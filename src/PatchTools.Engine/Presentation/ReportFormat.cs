namespace PatchTools.Presentation;

/// <summary>Forms in which a report leaves the shell.</summary>
public enum ReportFormat
{
    /// <summary>One page for a browser, with everything in it: no network, no other file.</summary>
    Html,

    /// <summary>One line for each finding (RFC 4180, UTF-8).</summary>
    Csv,

    /// <summary>Everything, as it is kept on the host after a run (<c>patchtools-report/1</c>).</summary>
    Json,

    /// <summary>Verdict, counts and what is to do, for tickets and chats.</summary>
    Markdown,

    /// <summary>
    /// JUnit's XML: a case for each finding, a failure for each that does not comply; for the test view of a pipeline.
    /// </summary>
    JUnit,
}
