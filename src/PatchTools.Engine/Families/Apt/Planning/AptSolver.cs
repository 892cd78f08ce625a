using PatchTools.Evaluation;
using PatchTools.Families.Apt.Commands;
using PatchTools.Families.Shared;
using PatchTools.Processes;

namespace PatchTools.Families.Apt.Planning;

/// <summary>
/// One question to apt's resolver and the verdict on its answer (reference 09 §7.2): acceptable is what succeeds,
/// removes nothing that anybody asked for or needs, downgrades nothing, and brings along no package that the policy
/// refuses or no authenticated repository offers.
/// </summary>
internal sealed class AptSolver(
    IProcessRunner runner,
    AptCommands commands,
    AptRefusals known,
    AptRemovals removals,
    IDependencyPolicy policy
)
{
    private readonly List<PlannedChange> _leftAlone = [];
    private IReadOnlyList<PlannedChange> _repair = [];

    /// <summary>Commands asked so far.</summary>
    public int Calls { get; private set; }

    /// <summary>The package database is inconsistent, and every question holds apt's way to put it right.</summary>
    public bool IsRepairing => _repair.Count > 0;

    /// <summary>Packages the resolver is told to leave as they are, <c>name:architecture</c>.</summary>
    public IReadOnlyList<string> LeftAlone => [.. _leftAlone.Select(c => $"{c.Name}:{c.Architecture}")];

    public async Task<AptSolution> SolveAsync(IReadOnlyList<PatchTarget> targets, CancellationToken cancellationToken)
    {
        var solution = await AskAsync(targets, [], cancellationToken);
        if (solution.Simulation.NeedsRepair && !IsRepairing)
        {
            Calls++;
            var repair = await JudgeAsync(
                await RunAsync(commands.SimulateRepair(), cancellationToken),
                [],
                cancellationToken
            );
            if (!repair.IsAcceptable || repair.Simulation.Changes.Count == 0)
                return repair with { Problem = repair.Problem ?? SetbackKind.Dependency, IsHopeless = true };
            _repair = repair.Simulation.Changes;
            solution = await AskAsync(targets, [], cancellationToken);
        }

        // Often a refused package is only recommended, or one of several ways: apt finds another when it is told what
        // to leave alone.
        if (solution.Refused.Count > 0)
        {
            var other = await AskAsync(targets, solution.Refused, cancellationToken);
            if (other.IsAcceptable)
            {
                _leftAlone.AddRange(solution.Refused);
                return other;
            }
        }

        return solution;
    }

    public async Task<AptDownload> MeasureAsync(IReadOnlyList<PatchTarget> targets, CancellationToken cancellationToken)
    {
        Calls++;
        return AptDownload.Parse(
            (await runner.RunAsync(commands.PrintUris(Arguments(targets, [])), cancellationToken)).StandardOutput
        );
    }

    /// <summary>
    /// What apt-get install is given: exact versions of the targets, what is to stay as it is, and the repair where one
    /// is due.
    /// </summary>
    public IReadOnlyList<string> Arguments(IReadOnlyList<PatchTarget> targets, IReadOnlyList<PlannedChange> refused)
    {
        var named = targets.Select(t => (t.Name, t.Architecture)).ToHashSet();
        return
        [
            .. targets.Select(t => $"{t.Name}:{t.Architecture}={t.Edition}"),
            .. _leftAlone.Concat(refused).Select(LeaveAlone),
            .. _repair.Where(c => !named.Contains((c.Name, c.Architecture))).Select(Repair),
        ];
    }

    private static string Repair(PlannedChange change) =>
        change.Action == PlannedAction.Remove
            ? $"{change.Name}:{change.Architecture}-"
            : $"{change.Name}:{change.Architecture}={change.ToVersion}";

    /// <summary>Whether the change belongs to the repair of an inconsistent database.</summary>
    public bool Repairs(PlannedChange change) =>
        _repair.Any(c => c.Name == change.Name && c.Architecture == change.Architecture);

    private static string LeaveAlone(PlannedChange change) =>
        change.FromVersion.Length > 0
            ? $"{change.Name}:{change.Architecture}={change.FromVersion}"
            : $"{change.Name}:{change.Architecture}-";

    private async Task<AptSolution> AskAsync(
        IReadOnlyList<PatchTarget> targets,
        IReadOnlyList<PlannedChange> refused,
        CancellationToken cancellationToken
    )
    {
        Calls++;
        return await JudgeAsync(
            await RunAsync(commands.Simulate(Arguments(targets, refused)), cancellationToken),
            targets,
            cancellationToken
        );
    }

    private async Task<AptSimulation> RunAsync(Command command, CancellationToken cancellationToken)
    {
        var result = await runner.RunAsync(command, cancellationToken);
        return AptSimulation.Parse(
            result.ExitCode,
            result.StandardOutput,
            result.StandardError,
            known.NativeArchitecture
        );
    }

    private async Task<AptSolution> JudgeAsync(
        AptSimulation simulation,
        IReadOnlyList<PatchTarget> targets,
        CancellationToken cancellationToken
    )
    {
        if (simulation.ExitCode != 0)
        {
            var essential = simulation.Errors.Any(e =>
                e.StartsWith("Essential packages were removed", StringComparison.Ordinal)
            );
            return new AptSolution(simulation, essential ? SetbackKind.WouldRemove : SetbackKind.Dependency, null);
        }

        var requested = targets.Select(t => (t.Name, t.Architecture)).ToHashSet();
        var additional = simulation.Changes.Where(c => !requested.Contains((c.Name, c.Architecture))).ToList();
        if (simulation.Changes.FirstOrDefault(c => c.Action == PlannedAction.Downgrade) is { } downgrade)
            return new AptSolution(
                simulation,
                SetbackKind.Dependency,
                $"it would downgrade {downgrade.Name} from {downgrade.FromVersion} to {downgrade.ToVersion}"
            );
        if (await removals.UnacceptableAsync(simulation, cancellationToken) is { Count: > 0 } lost)
            return new AptSolution(
                simulation,
                SetbackKind.WouldRemove,
                $"it would remove {string.Join(", ", lost.Select(c => $"{c.Name} {c.FromVersion}"))}"
            );

        List<PlannedChange> refused = [];
        string? reason = null;
        var kind = SetbackKind.RejectedDependency;
        foreach (var change in additional.Where(c => c.Action is PlannedAction.Install or PlannedAction.Upgrade))
        {
            if (policy.RefusalOf(change.Name, change.Architecture, change.ToVersion) is { } refusal)
            {
                reason ??= $"it needs {change.Name} {change.ToVersion}: {refusal}";
                refused.Add(change);
            }
            else if (known.DistrustOf(change.Name, change.Architecture, change.ToVersion) is { } distrust)
            {
                kind = reason is null ? SetbackKind.NotAuthenticated : kind;
                reason ??= $"it needs {distrust}";
                refused.Add(change);
            }
        }

        return reason is null
            ? new AptSolution(simulation, null, null)
            : new AptSolution(simulation, kind, reason) { Refused = refused };
    }
}

/// <summary>An answer of the resolver with the verdict on it.</summary>
/// <param name="Simulation">What apt said.</param>
/// <param name="Problem">Null: acceptable.</param>
/// <param name="Text">The verdict's own sentence; null where apt's words say it.</param>
internal sealed record AptSolution(AptSimulation Simulation, SetbackKind? Problem, string? Text) : IPlanAnswer
{
    /// <summary>Additional packages that the policy or their missing signature refuses.</summary>
    public IReadOnlyList<PlannedChange> Refused { get; init; } = [];

    /// <summary>
    /// The package database is inconsistent and apt has no acceptable way to put it right: no other set of targets
    /// fares better.
    /// </summary>
    public bool IsHopeless { get; init; }

    public bool IsAcceptable => Problem is null;

    public bool Blames(PatchTarget target) => Simulation.Blames(target.Name);

    public bool Mentions(PatchTarget target) => Simulation.Unmet.Any(u => AptSimulation.Mentions(u.Text, target.Name));

    public PatchSetback SetbackOf(PatchTarget target) =>
        new(target, Problem ?? SetbackKind.Dependency, Text ?? Simulation.Reason(target.Name));
}
