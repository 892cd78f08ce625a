namespace PatchTools;

/// <summary>What says that a reboot is due.</summary>
public enum RebootSign
{
    /// <summary>The distribution's own flag or tool.</summary>
    DistributionFlag,

    /// <summary>A newer kernel is installed than the one that runs.</summary>
    Kernel,

    /// <summary>Running processes use files of packages that have been replaced since.</summary>
    ReplacedFilesInUse,

    /// <summary>Patches installed since the last boot whose run asked for a reboot.</summary>
    PendingPatches,

    /// <summary>A transaction would replace packages that only a reboot puts to use (a plan's expectation).</summary>
    CorePackages,
}

/// <summary>One reason for a reboot.</summary>
/// <param name="Sign">What says so.</param>
/// <param name="Text">One sentence for people, no full stop.</param>
public sealed record RebootReason(RebootSign Sign, string Text)
{
    /// <summary>Packages concerned, where the sign names some.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    public override string ToString() => Text;
}

/// <summary>Whether the host needs a reboot, judged from the host itself (DESIGN §5.3).</summary>
public sealed record RebootAssessment
{
    /// <summary>Null: nothing says so, but something could not be asked (<see cref="Unknown"/>).</summary>
    public bool? IsRequired => Reasons.Count > 0 ? true : Unknown.Count > 0 ? null : false;

    public IReadOnlyList<RebootReason> Reasons { get; init; } = [];

    /// <summary>What could not be told and why, one line each.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>Services whose processes use replaced files: restarting them may do instead of a reboot.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    public DateTimeOffset? BootTime { get; init; }

    public string RunningKernel { get; init; } = "";

    public required DateTimeOffset AssessedAt { get; init; }
}
