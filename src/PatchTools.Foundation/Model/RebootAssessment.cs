using PatchTools.Model;
using PatchTools.Text;

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
    public IReadOnlyList<string> Packages
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public override string ToString() => TerminalText.Cell(Text);
}

/// <summary>Whether the host needs a reboot, judged from the host itself (design §5.3).</summary>
public sealed record RebootAssessment : ShownRecord
{
    /// <summary>Null: nothing says so, but something could not be asked (<see cref="Unknown"/>).</summary>
    public bool? IsRequired =>
        (Reasons.Count, Unknown.Count) switch
        {
            (> 0, _) => true,
            (_, > 0) => null,
            _ => false,
        };

    public IReadOnlyList<RebootReason> Reasons
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>What could not be told and why, one line each.</summary>
    public IReadOnlyList<string> Unknown
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>Services whose processes use replaced files: restarting them may do instead of a reboot.</summary>
    public IReadOnlyList<string> Services
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>
    /// Processes outside services that use replaced files, as <c>name (pid)</c>: they use the new ones when they are
    /// started again.
    /// </summary>
    public IReadOnlyList<string> Processes
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public DateTimeOffset? BootTime { get; init; }

    public string RunningKernel { get; init; } = "";

    public required DateTimeOffset AssessedAt { get; init; }

    /// <summary>One plain sentence.</summary>
    public string VerdictText =>
        IsRequired switch
        {
            true => $"Reboot needed: {Reasons[0].Text}{MoreReasons}.",
            null => $"Cannot tell whether a reboot is needed: "
                + $"{Unknown[0]}{(Unknown.Count > 1 ? $", and {Unknown.Count - 1} more" : "")}.",
            false when Services.Count + Processes.Count > 0 => $"No reboot needed, but {Restarts()} to be restarted.",
            false => "No reboot needed.",
        };

    private string MoreReasons =>
        Reasons.Count > 1 ? $", and {Reasons.Count - 1} more reason{(Reasons.Count > 2 ? "s" : "")}" : "";

    private string Restarts()
    {
        List<string> parts = [];
        if (Services.Count > 0)
            parts.Add(Services.Count == 1 ? $"the service {Services[0]}" : $"{Services.Count} services");
        if (Processes.Count > 0)
            parts.Add(
                Processes.Count == 1
                    ? $"the process {Processes[0]}"
                    : $"{Processes.Count} {(Services.Count > 0 ? "other " : "")}processes"
            );
        return $"{string.Join(" and ", parts)} {(Services.Count + Processes.Count == 1 ? "has" : "have")}";
    }
}
