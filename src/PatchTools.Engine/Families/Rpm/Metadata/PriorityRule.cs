namespace PatchTools.Families.Rpm.Metadata;

/// <summary>Which versions of a repository with a better priority hide what the others offer of their name.</summary>
internal enum PriorityRule
{
    /// <summary>Those that could replace what is installed, for whatever architecture (zypper, yum).</summary>
    ByName,

    /// <summary>
    /// The same, but what is installed for two architectures is followed for each by itself: what one repository
    /// offers for the one does not hide what another offers for the other (dnf 4).
    /// </summary>
    ByArchitecture,

    /// <summary>
    /// As <see cref="ByArchitecture"/>, and older versions count too: dnf 5 hands its solver every version of the name
    /// at once, and that looks at priorities before it looks at versions (found by experiment with dnf 5.4).
    /// </summary>
    ByArchitectureAtAnyAge,
}
