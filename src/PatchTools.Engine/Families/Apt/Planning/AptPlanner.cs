using PatchTools.Families.Apt.Commands;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Families.Apt.Planning;

/// <summary>
/// What apt would install of the targets: its own resolver's answer. Two commands when nothing is wrong.
/// </summary>
internal sealed class AptPlanner
{
    private readonly HostContext _host;
    private readonly InstallRequest _request;
    private readonly IRunObserver _observer;
    private readonly AptRefusals _known;
    private readonly AptSolver _solver;
    private readonly PlanSearch<AptSolution> _search;

    public AptPlanner(HostContext host, IProcessRunner runner, InstallRequest request, IRunObserver observer)
    {
        _host = host;
        _request = request;
        _observer = observer;
        _known = new AptRefusals(request);
        var commands = new AptCommands(host, request);
        _solver = new AptSolver(
            runner,
            commands,
            _known,
            new AptRemovals(host, runner, commands, _known),
            request.Dependencies
        );
        _search = new PlanSearch<AptSolution>(_solver.SolveAsync, observer, "apt");
    }

    public async Task<InstallPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var setbacks = _request.Targets.Select(_known.Of).OfType<PatchSetback>().ToList();
        IReadOnlyList<PatchTarget> wanted = [.. _request.Targets.Except(setbacks.Select(s => s.Target))];
        _observer.Progress("Plan", $"Asking apt how to install {wanted.Count} packages", -1);
        await _search.RunAsync(wanted, cancellationToken);
        setbacks.AddRange(_search.Setbacks);
        foreach (var setback in setbacks)
            _observer.Verbose($"{setback.Target}: left out ({setback.Kind}): {setback.Reason}");
        var changes = Changes();
        var download =
            changes.Count == 0
                ? default(AptDownload?)
                : await _solver.MeasureAsync(_search.Accepted, cancellationToken);
        var info = new DpkgInfo(_host);
        return new InstallPlan
        {
            Targets = _request.Targets,
            Changes = changes,
            Setbacks = setbacks,
            LeftAlone = _solver.LeftAlone,
            Arguments = [.. _solver.Arguments(_search.Accepted, []).Skip(_search.Accepted.Count)],
            RepairsDatabase = _solver.IsRepairing,
            DownloadBytes = download?.Bytes ?? 0,
            InstalledSizeChange = download is null ? 0 : download.Value.InstalledSizeChange,
            Services = info.ServicesOf(changes),
            ExpectedReboot = ExpectedReboot.Of(changes, _request.Inventory.Facts.RunningKernel),
            CreatedAt = _host.Clock.GetUtcNow(),
            ResolverCalls = _solver.Calls,
        };
    }

    private List<PlannedChange> Changes()
    {
        var requested = _search.Accepted.Select(t => (t.Name, t.Architecture)).ToHashSet();
        return
        [
            .. (_search.Answer?.Simulation.Changes ?? [])
                .Select(change =>
                    requested.Contains((change.Name, change.Architecture))
                        ? change with
                        {
                            IsRequested = true,
                            Note = _known.OverriddenPin(change),
                        }
                        : change with
                        {
                            Note = change.Action switch
                            {
                                PlannedAction.Remove => "no longer needed",
                                PlannedAction.Configure => "left unconfigured earlier",
                                _ when _solver.Repairs(change) => "puts the package database right",
                                _ => null,
                            },
                        }
                )
                .OrderBy(c => c.Action)
                .ThenBy(c => c.Name, StringComparer.Ordinal)
                .ThenBy(c => c.Architecture, StringComparer.Ordinal),
        ];
    }
}
