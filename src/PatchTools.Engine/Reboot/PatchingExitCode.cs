namespace PatchTools.Reboot;

/// <summary>
/// The "patching exit code" of reference 08 §1: what the package manager's work comes to, before report and reboot
/// option have their say.
/// </summary>
internal static class PatchingExitCode
{
    public const int Success = 0;

    public const int Failure = 1;

    /// <summary>Nothing was installed because of dependencies.</summary>
    public const int DependencyFailure = 2;

    /// <summary>Installed, nothing failed.</summary>
    public const int Reboot = 194;

    /// <summary>Installed, and something failed.</summary>
    public const int RebootWithFailures = 195;

    /// <summary>Installed, and some packages failed the dependency check; nothing else failed.</summary>
    public const int RebootWithDependencyFailures = 196;

    /// <summary>
    /// Held packages are the administrator's will and count for nothing (design §4). What the time budget or a stop
    /// left undone is unfinished work, so a failure here; <see cref="OnlyTimeIsLacking"/> tells the first of them
    /// apart.
    /// </summary>
    public static int Of(InstallOutcome outcome)
    {
        var setbacks = outcome.Setbacks.Where(s => s.Kind != SetbackKind.Held).ToList();
        var failed = outcome.Problems.Count > 0 || setbacks.Exists(s => !s.IsDependencyFailure);
        return (outcome.HasChanged, failed, setbacks.Count > 0) switch
        {
            (true, true, _) => RebootWithFailures,
            (true, false, true) => RebootWithDependencyFailures,
            (true, false, false) => Reboot,
            (false, true, _) => Failure,
            (false, false, true) => DependencyFailure,
            (false, false, false) => Success,
        };
    }

    /// <summary>Whether nothing stood in the way but the time budget (code 171 of design §6).</summary>
    public static bool OnlyTimeIsLacking(InstallOutcome outcome) =>
        outcome.Problems.Count == 0
        && outcome.Setbacks.Any(s => s.Kind == SetbackKind.TimeBudget)
        && outcome.Setbacks.All(s => s.Kind is SetbackKind.TimeBudget or SetbackKind.Held);

    /// <summary>Codes of reference 08 that mean "installed, a reboot is wanted".</summary>
    public static bool IsRebootCode(int code) => code is Reboot or RebootWithFailures or RebootWithDependencyFailures;
}
