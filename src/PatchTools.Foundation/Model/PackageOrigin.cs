namespace PatchTools;

/// <summary>
/// Where a version is offered: one index file with the facts of its Release file, or the local database.
/// </summary>
public sealed record PackageOrigin : ShownRecord
{
    /// <summary>
    /// Suite or Archive of the Release file (<c>stable-security</c>); <c>now</c> for the local database.
    /// </summary>
    public string Archive { get; init; } = "";

    public string Codename { get; init; } = "";

    public string Label { get; init; } = "";

    /// <summary>The Release file's <c>Origin</c> field (<c>Debian</c>); on zypper the packages' own vendor.</summary>
    public string Vendor { get; init; } = "";

    public string Component { get; init; } = "";

    /// <summary>Host name of the repository; empty for <c>file:</c>, <c>copy:</c> and <c>cdrom:</c>.</summary>
    public string Site { get; init; } = "";

    public string Architecture { get; init; } = "";

    /// <summary>The index was authenticated, or the source is marked trusted.</summary>
    public bool Trusted { get; init; }

    /// <summary>Index into <see cref="HostInventory.Repositories"/>; -1 for the local database.</summary>
    public int Repository { get; init; } = -1;

    /// <summary>Reason of a version that only advisories still name.</summary>
    public const string NoLongerOffered = "no repository offers it any more";

    /// <summary>End of the reason of a version that its vendor took back, after the patch's name.</summary>
    internal const string Retracted = " is retracted: zypper takes none of its packages";

    /// <summary>Reason of a version that is one customer's fix for the time being.</summary>
    internal const string TemporaryFix =
        "a program temporary fix (PTF) of it is offered, which zypper takes only when asked for by name";

    /// <summary>
    /// Why the tool does not see what this repository offers: excluded, a module stream that is not enabled, a better
    /// repository's priority, a lock, or gone. Null: it sees it.
    /// </summary>
    public string? HiddenBecause { get; init; }

    public bool IsLocalDatabase => Repository < 0;

    /// <summary>Only an advisory still names the version.</summary>
    internal bool IsGone => HiddenBecause == NoLongerOffered;

    /// <summary>
    /// Whether the reason is that a version is nothing to install though it is there: retracted, or a temporary fix.
    /// libzypp calls both blacklisted.
    /// </summary>
    internal static bool IsBlacklisted(string because) =>
        because == TemporaryFix || because.EndsWith(Retracted, StringComparison.Ordinal);

    /// <summary>The tool would install from here.</summary>
    public bool IsOffer => !IsLocalDatabase && HiddenBecause is null;
}
