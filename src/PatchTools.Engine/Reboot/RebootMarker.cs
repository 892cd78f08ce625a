namespace PatchTools.Reboot;

/// <summary>
/// What a run leaves for the one that resumes it after a reboot (reference 08 §6, §7); the values are the names of the
/// marker directories. Outside every one of them is <see cref="FinalCode.RebootWanted"/>.
/// </summary>
internal enum RebootMarker
{
    /// <summary>All is well: 0 after the reboot.</summary>
    Patched = 194,

    /// <summary>Something failed: 1 after the reboot.</summary>
    PatchedWithFailures = 195,

    /// <summary>Some packages failed the dependency check and nothing else did: 2 after the reboot.</summary>
    PatchedWithDependencyFailures = 196,
}
