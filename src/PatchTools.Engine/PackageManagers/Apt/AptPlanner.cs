using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Apt;

/// <summary>
/// Finds the largest set of targets that apt's resolver has an acceptable solution for. All at once first: two commands when nothing is wrong. Else the
/// set is divided, what apt blames apart from the rest, until each bad target stands alone with apt's own reason.
/// </summary>
internal sealed class AptPlanner
{
    private readonly HostContext _host;
    private readonly InstallRequest _request;
    private readonly IRunObserver _observer;
    private readonly AptRefusals _known;
    private readonly AptSolver _solver;
    private readonly List<(PatchTarget Target, AptSolution Solution)> _aside = [];
    private IReadOnlyList<PatchTarget> _accepted = [];
    private AptSolution? _solution;

    public AptPlanner(HostContext host, IProcessRunner runner, InstallRequest request, IRunObserver observer)
    {
        _host = host;
        _request = request;
        _observer = observer;
        _known = new AptRefusals(request);
        var commands = new AptCommands(host, request);
        _solver = new AptSolver(runner, commands, _known, new AptRemovals(host, runner, commands, _known), request.Dependencies);
    }

    public async Task<InstallPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var setbacks = _request.Targets.Select(_known.Of).OfType<PatchSetback>().ToList();
        IReadOnlyList<PatchTarget> wanted = [.. _request.Targets.Except(setbacks.Select(s => s.Target))];
        _observer.Progress("Plan", $"Asking apt how to install {wanted.Count} packages", -1);
        if (wanted.Count > 0)
        {
            await AddAsync(wanted, null, cancellationToken);
            await RetryAsync(cancellationToken);
        }

        setbacks.AddRange(_aside.Select(a => a.Solution.SetbackOf(a.Target)));
        foreach (var setback in setbacks)
            _observer.Verbose($"{setback.Target}: left out ({setback.Kind}): {setback.Reason}");
        var changes = Changes();
        var download = changes.Count == 0 ? default(AptDownload?) : await _solver.MeasureAsync(_accepted, cancellationToken);
        var info = new DpkgInfo(_host);
        return new InstallPlan
        {
            Targets = _request.Targets,
            Changes = changes,
            Setbacks = setbacks,
            LeftAlone = _solver.LeftAlone,
            Arguments = [.. _solver.Arguments(_accepted, []).Skip(_accepted.Count)],
            RepairsDatabase = _solver.IsRepairing,
            DownloadBytes = download?.Bytes ?? 0,
            InstalledSizeChange = download is null ? 0 : download.Value.InstalledSizeChange,
            Services = info.ServicesOf(changes),
            ExpectedReboot = ExpectedReboot.Of(changes, _request.Inventory.Facts.RunningKernel),
            CreatedAt = _host.Clock.GetUtcNow(),
            ResolverCalls = _solver.Calls,
        };
    }

    /// <summary>Adds what can be added to the accepted set; what stands alone and cannot is set aside.</summary>
    private async Task AddAsync(IReadOnlyList<PatchTarget> group, AptSolution? failed, CancellationToken cancellationToken)
    {
        var solution = failed ?? await TryAsync(group, cancellationToken);
        if (solution is null)
            return;
        if (group.Count == 1 || solution.IsHopeless)
        {
            _aside.AddRange(group.Select(t => (t, solution)));
            return;
        }

        _observer.Progress("Plan", $"apt cannot install {group.Count} packages together; dividing them", -1);
        var blamed = group.Where(t => solution.Simulation.Blames(t.Name)).ToList();
        IReadOnlyList<IReadOnlyList<PatchTarget>> parts = blamed.Count > 0 && blamed.Count < group.Count
            ? [[.. group.Except(blamed)], blamed]
            : [[.. group.Take(group.Count / 2)], [.. group.Skip(group.Count / 2)]];
        foreach (var part in parts)
            await AddAsync(part, null, cancellationToken);
    }

    /// <summary>What was set aside may have needed what was accepted later, or another of those set aside.</summary>
    private async Task RetryAsync(CancellationToken cancellationToken)
    {
        foreach (var (target, solution) in _aside.ToList())
        {
            if (!_aside.Exists(a => a.Target == target) || solution.IsHopeless)
                continue;
            var together = Together(target, solution);
            if (together.Count == 1 && _accepted.Count == solution.AcceptedWhenAsked)
                continue;
            if (await TryAsync(together, cancellationToken) is null)
                _aside.RemoveAll(a => together.Contains(a.Target));
        }
    }

    /// <summary>The target with those set aside whose names apt gave when it refused it, and so on.</summary>
    private List<PatchTarget> Together(PatchTarget target, AptSolution solution)
    {
        List<PatchTarget> group = [target];
        Queue<AptSolution> open = new([solution]);
        while (open.TryDequeue(out var next))
        {
            foreach (var (other, itsOwn) in _aside)
            {
                if (!group.Contains(other) && next.Simulation.Unmet.Any(u => AptSimulation.Mentions(u.Text, other.Name)))
                {
                    group.Add(other);
                    open.Enqueue(itsOwn);
                }
            }
        }

        return group;
    }

    /// <summary>Null when the group was accepted.</summary>
    private async Task<AptSolution?> TryAsync(IReadOnlyList<PatchTarget> group, CancellationToken cancellationToken)
    {
        IReadOnlyList<PatchTarget> all = [.. _accepted, .. group];
        var solution = await _solver.SolveAsync(all, cancellationToken);
        if (!solution.IsAcceptable)
            return solution with { AcceptedWhenAsked = _accepted.Count };
        _accepted = all;
        _solution = solution;
        return null;
    }

    private List<PlannedChange> Changes()
    {
        var requested = _accepted.Select(t => (t.Name, t.Architecture)).ToHashSet();
        return [.. (_solution?.Simulation.Changes ?? [])
            .Select(change => requested.Contains((change.Name, change.Architecture))
                ? change with { IsRequested = true, Note = _known.OverriddenPin(change) }
                : change with { Note = change.Action switch { PlannedAction.Remove => "no longer needed", PlannedAction.Configure => "left unconfigured earlier", _ when _solver.Repairs(change) => "puts the package database right", _ => null } })
            .OrderBy(c => c.Action).ThenBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.Architecture, StringComparer.Ordinal)];
    }
}
