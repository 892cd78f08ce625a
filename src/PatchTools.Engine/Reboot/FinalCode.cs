namespace PatchTools.Reboot;

/// <summary>
/// How an operation ends: the exit code that everybody sees, and the marker that is left when it asks for a reboot.
/// </summary>
/// <param name="ExitCode">design §6.</param>
/// <param name="Marker">Null: no reboot is asked for, and markers of this operation are removed.</param>
internal readonly record struct FinalCode(int ExitCode, RebootMarker? Marker = null)
{
    /// <summary>Asked for a reboot as often as the protocol allows, in vain.</summary>
    public const int GaveUp = 3;

    /// <summary>Tells SSM's agent: reboot, then run the step again.</summary>
    public const int RebootWanted = 194;

    /// <summary>The time budget was used up before everything was tried.</summary>
    public const int TimeBudgetUsedUp = 171;

    /// <summary>Any failure that ends the operation.</summary>
    public static FinalCode Failure { get; } = new(PatchingExitCode.Failure);

    /// <summary>
    /// Reference 08 §4 with the rulings of design §4. The reference turns a dependency failure into 1 or 195, or loses
    /// it; here 2 leaves the operation when nothing was installed, and 196 is left for after the reboot.
    /// </summary>
    /// <param name="rebootRequired"><see cref="RebootDecision.IsRequired"/>.</param>
    /// <param name="reportOk">The report was sent, or was not to be sent.</param>
    /// <param name="patchingExitCode"><see cref="PatchTools.Reboot.PatchingExitCode.Of"/>.</param>
    /// <param name="onlyTimeIsLacking">What was not installed was only not begun in time; without a reboot the code is
    /// <see cref="TimeBudgetUsedUp"/>.</param>
    public static FinalCode Of(bool rebootRequired, bool reportOk, int patchingExitCode, bool onlyTimeIsLacking = false)
    {
        if (rebootRequired)
        {
            var marker = (reportOk, patchingExitCode) switch
            {
                (true, PatchingExitCode.Success or PatchingExitCode.Reboot) => RebootMarker.Patched,
                (true, PatchingExitCode.DependencyFailure or PatchingExitCode.RebootWithDependencyFailures) =>
                    RebootMarker.PatchedWithDependencyFailures,
                _ => RebootMarker.PatchedWithFailures,
            };
            return new FinalCode(RebootWanted, marker);
        }

        return (reportOk, patchingExitCode) switch
        {
            (true, PatchingExitCode.Success or PatchingExitCode.Reboot) => new FinalCode(PatchingExitCode.Success),
            (true, PatchingExitCode.DependencyFailure) => new FinalCode(PatchingExitCode.DependencyFailure),
            (true, _) when onlyTimeIsLacking => new FinalCode(TimeBudgetUsedUp),
            _ => Failure,
        };
    }

    /// <inheritdoc cref="Of(bool, bool, int, bool)"/>
    /// <param name="rebootRequired"><see cref="RebootDecision.IsRequired"/>.</param>
    /// <param name="reportOk">The report was sent, or was not to be sent.</param>
    /// <param name="outcome">What the package manager did.</param>
    public static FinalCode Of(bool rebootRequired, bool reportOk, InstallOutcome outcome) =>
        Of(rebootRequired, reportOk, PatchingExitCode.Of(outcome), PatchingExitCode.OnlyTimeIsLacking(outcome));
}
