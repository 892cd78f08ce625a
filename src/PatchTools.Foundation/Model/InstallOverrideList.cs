using PatchTools.Model;

namespace PatchTools;

/// <summary>
/// What an install is to bring, whatever the baseline says (reference 05 §2): entries name versions in the identity
/// language, by id alone or by id and title. Only an Install reads it; what is reported is still judged against the
/// baseline.
/// </summary>
public sealed record InstallOverrideList : ShownRecord
{
    /// <summary>
    /// Where it came from, for messages: a path, <c>standard input</c>, or a URL without user, query and fragment.
    /// </summary>
    public required string Location { get; init; }

    /// <summary>
    /// What reports carry (reference 07 §2 row 19): the <c>s3://</c> location as given, an <c>https://</c> one without
    /// user, query and fragment, because a
    /// presigned URL is a secret; empty for what only this host can read, which the service has no form for.
    /// </summary>
    public string ReportedAs { get; init; } = "";

    /// <summary>In the order of the document.</summary>
    public required IReadOnlyList<OverrideEntry> Entries
    {
        get;
        init => field = Indexable.Of(value);
    }
}
