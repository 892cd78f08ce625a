using PatchTools.Families.Rpm.Evaluation;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Rpm.Transaction;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper.Commands;
using PatchTools.Families.Zypper.Reading;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Versions;

namespace PatchTools.Families.Zypper.Planning;

/// <summary>
/// What zypper would install of the targets: its own resolver's answer. Two commands when nothing is wrong.
/// </summary>
internal sealed class ZypperPlanner
{
    private readonly HostContext _host;
    private readonly IProcessRunner _runner;
    private readonly InstalledPackages _packages;
    private readonly InstallRequest _request;
    private readonly IRunObserver _observer;
    private readonly ZypperRefusals _known;
    private readonly ZypperExclusions _exclusions;
    private readonly LockWait _locks;
    private readonly ZypperSolver _solver;
    private readonly PlanSearch<ZypperSolution> _search;

    public ZypperPlanner(
        HostContext host,
        IProcessRunner runner,
        InstalledPackages packages,
        InstallRequest request,
        IRunObserver observer
    )
    {
        _host = host;
        _runner = runner;
        _packages = packages;
        _request = request;
        _observer = observer;
        _known = new ZypperRefusals(request.Inventory);
        var configuration = ZypperConfiguration.Read(host.Paths.Root, request.CustomSources, []);
        _exclusions = new ZypperExclusions(host, configuration);
        _locks = ZypperLocks.Of(host, observer);
        var commands = new ZypperCommands(host, request, request.LockTimeout);
        _solver = new ZypperSolver(
            runner,
            commands,
            _exclusions,
            _known,
            request.Dependencies,
            configuration.AllowsVendorChange,
            _locks,
            request.LockTimeout
        );
        _search = new PlanSearch<ZypperSolution>(_solver.SolveAsync, observer, "zypper");
    }

    public async Task<InstallPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var setbacks = _request.Targets.Select(_known.Of).OfType<PatchSetback>().ToList();
        IReadOnlyList<PatchTarget> wanted = [.. _request.Targets.Except(setbacks.Select(s => s.Target))];
        _observer.Progress("Plan", $"Asking zypper how to install {wanted.Count} packages", -1);
        try
        {
            await _search.RunAsync(wanted, cancellationToken);
        }
        finally
        {
            _exclusions.Remove();
        }

        setbacks.AddRange(_search.Setbacks);
        foreach (var setback in setbacks)
            _observer.Verbose($"{setback.Target}: left out ({setback.Kind}): {setback.Reason}");
        var unfinished = await UnfinishedAsync(cancellationToken);
        var answer = _search.Answer?.Answer ?? new ZypperAnswer { DownloadBytes = 0, InstalledSizeChange = 0 };
        var files = await new RpmFiles(_host, _runner).OfAsync(
            answer
                .Changes.Where(c => c.FromVersion.Length > 0)
                .Select(c => $"{c.Name}-{RpmVersion.WithoutEpoch(c.FromVersion)}.{c.FromArchitecture}"),
            cancellationToken
        );
        var changes = Changes(answer);
        IReadOnlyList<string> excluded = [.. _solver.Excluded.Select(e => e.ToString())];
        return new InstallPlan
        {
            Targets = _request.Targets,
            Changes = [.. changes, .. unfinished],
            Setbacks = setbacks,
            LeftAlone = excluded,
            Arguments = excluded,
            DownloadBytes = answer.DownloadBytes,
            InstalledSizeChange = answer.InstalledSizeChange,
            Services = RpmFiles.ServicesOf(_host, files.Paths),
            ExpectedReboot = PatchTools.Families.Zypper.Planning.ExpectedReboot.Of(changes, _known),
            CreatedAt = _host.Clock.GetUtcNow(),
            ResolverCalls = _solver.Calls,
        };
    }

    /// <summary>
    /// What a transaction that goes on without the PatchTools that began it removes by itself is not left over.
    /// </summary>
    private async Task<IReadOnlyList<PlannedChange>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        var journal = new RpmJournal(_host, ZypperPlaces.JournalName);
        if (journal.IsOpen)
            await _locks.WaitAsync(_request.LockTimeout, cancellationToken);
        return await journal.RemovalsAsync(_packages);
    }

    private List<PlannedChange> Changes(ZypperAnswer answer)
    {
        var requested = _search.Accepted.Select(t => (t.Name, t.Architecture)).ToHashSet();
        var stack = _known.OfTheStack(_search.Accepted).Select(t => (t.Name, t.Architecture)).ToHashSet();
        return
        [
            .. answer
                .Changes.Select(change =>
                    change with
                    {
                        IsRequested = requested.Contains((change.Name, change.Architecture)),
                        Repository = _known.RepositoryOf(change),
                        Note = NoteOf(change),
                    }
                )
                .OrderBy(c => c.Action)
                .ThenBy(c => c.Name, StringComparer.Ordinal)
                .ThenBy(c => c.Architecture, StringComparer.Ordinal),
        ];

        string? NoteOf(PlannedChange change)
        {
            if (change.Action == PlannedAction.Remove)
                return _known.WhyRemoved(change, answer);
            if (answer.VendorChanges.Any(c => c.Name == change.Name && c.Architecture == change.Architecture))
                return "changes its vendor";
            if (stack.Count < requested.Count && stack.Contains((change.Name, change.Architecture)))
                return "first, as it changes the package manager itself";
            return change.FromArchitecture != change.Architecture
                ? ArchitectureChanges.Note(change.FromArchitecture)
                : null;
        }
    }
}
