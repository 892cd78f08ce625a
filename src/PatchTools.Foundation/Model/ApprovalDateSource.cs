namespace PatchTools;

/// <summary>
/// From which date a baseline's <c>approveAfterDays</c> and <c>approveUntilDate</c> count on apt, whose archives date
/// no package. rpm families have dates of their own and are not concerned.
/// </summary>
public enum ApprovalDateSource
{
    /// <summary>Delays have no effect on apt, as AWS documents and does.</summary>
    None,

    /// <summary>
    /// When PatchTools first saw the version offered on this host, as a security update for a rule that wants only
    /// those; of the installed version the time of its installation when that is earlier. Everything counts from the
    /// first run on: an update that has been offered for weeks waits the whole delay once.
    /// </summary>
    FirstSeen,

    /// <summary>
    /// <c>Date</c> of the Release file of the archive that offers the version, the earliest of several. That is when
    /// the archive was published last, so a version is at least that old and may be much older: in an archive that is
    /// published daily nothing ever gets old. For frozen mirrors and snapshots.
    /// </summary>
    Release,
}
