using System.Globalization;
using PatchTools.Families.Dnf.Commands;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Dnf.Reboot;
using PatchTools.Families.Rpm.Evaluation;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Rpm.Transaction;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Text;
using PatchTools.Versions;

namespace PatchTools.Families.Dnf.Planning;

/// <summary>
/// What dnf or yum would install of the targets: its own resolver's answer. Three commands when nothing is wrong.
/// </summary>
internal sealed class DnfPlanner
{
    private readonly HostContext _host;
    private readonly IProcessRunner _runner;
    private readonly InstalledPackages _packages;
    private readonly DnfTool _tool;
    private readonly InstallRequest _request;
    private readonly IRunObserver _observer;
    private readonly DnfRefusals _known;
    private readonly DnfCommands _commands;
    private readonly LockWait _locks;
    private readonly DnfSolver _solver;
    private readonly PlanSearch<DnfSolution> _search;

    public DnfPlanner(
        HostContext host,
        IProcessRunner runner,
        InstalledPackages packages,
        DnfTool tool,
        string cache,
        InstallRequest request,
        IRunObserver observer
    )
    {
        _host = host;
        _runner = runner;
        _packages = packages;
        _tool = tool;
        _request = request;
        _observer = observer;
        _known = new DnfRefusals(request.Inventory);
        _commands = new DnfCommands(host, tool, request);
        _locks = DnfLocks.Of(host, tool, cache, observer);
        _solver = new DnfSolver(
            runner,
            _commands,
            tool,
            _known,
            request.Dependencies,
            () => _locks.Within(request.LockTimeout)
        );
        _search = new PlanSearch<DnfSolution>(_solver.SolveAsync, observer, tool.Command);
    }

    public async Task<InstallPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var setbacks = _request.Targets.Select(_known.Of).OfType<PatchSetback>().ToList();
        IReadOnlyList<PatchTarget> wanted = [.. _request.Targets.Except(setbacks.Select(s => s.Target))];
        _observer.Progress("Plan", $"Asking {_tool.Command} how to install {wanted.Count} packages", -1);
        await _search.RunAsync(wanted, cancellationToken);
        var unfinished = await UnfinishedAsync(cancellationToken);
        setbacks.AddRange(_search.Setbacks);
        foreach (var setback in setbacks)
            _observer.Verbose($"{setback.Target}: left out ({setback.Kind}): {setback.Reason}");
        var answer = _search.Answer?.Answer ?? new DnfAnswer();
        var offered = await SizesAsync(answer.Changes, cancellationToken);
        var files = await new RpmFiles(_host, _runner).OfAsync(
            answer
                .Changes.Where(c => c.FromVersion.Length > 0)
                .Select(c => $"{c.Name}-{RpmVersion.WithoutEpoch(c.FromVersion)}.{c.FromArchitecture}"),
            cancellationToken
        );
        var changes = Changes(answer, offered);
        return new InstallPlan
        {
            Targets = _request.Targets,
            Changes = [.. changes, .. unfinished],
            Setbacks = setbacks,
            LeftAlone = _solver.Excluded,
            Arguments = _solver.Excluded,
            DownloadBytes = (changes.Count, offered) switch
            {
                (0, _) => 0,
                (_, null) => answer.DownloadBytes,
                (_, { } versions) => versions.Values.Sum(o => o.Download),
            },
            InstalledSizeChange = (changes.Count, offered) switch
            {
                (0, _) => 0,
                (_, null) => null,
                (_, { } versions) => versions.Values.Sum(o => o.Installed) - files.Size,
            },
            Services = RpmFiles.ServicesOf(_host, files.Paths),
            ExpectedReboot = DnfRebootSigns.Expected(changes, _tool),
            CreatedAt = _host.Clock.GetUtcNow(),
            ResolverCalls = _solver.Calls,
        };
    }

    /// <summary>
    /// What a transaction that goes on without the PatchTools that began it removes by itself is not left over.
    /// </summary>
    private async Task<IReadOnlyList<PlannedChange>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        var journal = new RpmJournal(_host, DnfTool.JournalName);
        if (journal.IsOpen)
            await _locks.WaitAsync(_request.LockTimeout, cancellationToken);
        return await journal.RemovalsAsync(_packages);
    }

    private List<PlannedChange> Changes(
        DnfAnswer answer,
        Dictionary<(string Name, string Architecture, string Edition), OfferedVersion>? offered
    )
    {
        var requested = _search.Accepted.Select(t => (t.Name, t.Architecture)).ToHashSet();
        return
        [
            .. answer
                .Changes.Select(change =>
                    change with
                    {
                        IsRequested =
                            change.Action != PlannedAction.Remove
                            && requested.Contains((change.Name, change.Architecture)),
                        Repository =
                            change.Repository.Length > 0
                                ? change.Repository
                                : offered
                                    ?.GetValueOrDefault((change.Name, change.Architecture, change.ToVersion))
                                    ?.Repository
                                    ?? "",
                        Note = change.Note ?? NoteOf(change, answer),
                    }
                )
                .OrderBy(c => c.Action)
                .ThenBy(c => c.Name, StringComparer.Ordinal)
                .ThenBy(c => c.Architecture, StringComparer.Ordinal),
        ];
    }

    private static string? NoteOf(PlannedChange change, DnfAnswer answer)
    {
        if (change.Action == PlannedAction.Remove && DnfSolver.MakesRoom(change, answer))
            return "the oldest of its versions (installonly_limit)";
        return change.FromArchitecture != change.Architecture
            ? ArchitectureChanges.Note(change.FromArchitecture)
            : null;
    }

    /// <summary>Null where the tool does not say (yum 3 has no such question).</summary>
    private async Task<Dictionary<(string Name, string Architecture, string Edition), OfferedVersion>?> SizesAsync(
        IReadOnlyList<PlannedChange> changes,
        CancellationToken cancellationToken
    )
    {
        var coming = changes
            .Where(c => c.ToVersion.Length > 0 && PackageWords.ArePlain(c.Name, c.Architecture, c.ToVersion))
            .Select(c => DnfCommands.Spec(c.Name, c.Architecture, c.ToVersion))
            .ToList();
        if (!_tool.TellsSizes)
            return null;
        if (coming.Count == 0)
            return [];
        var result = await _runner.RunAsync(_commands.Sizes(coming), cancellationToken);
        return result.EndedForLock ? null : Sizes(result.StandardOutput);
    }

    // dnf 4.14.0 repoquery, fields parted by U+001F and packages by U+001E:
    // b | x86_64 | 1 | 1.1 | 1 | 5534 | 0 | base
    internal static Dictionary<(string Name, string Architecture, string Edition), OfferedVersion> Sizes(string output)
    {
        Dictionary<(string, string, string), OfferedVersion> sizes = [];
        foreach (var record in output.Split(DnfCommands.Record))
        {
            var fields = record.Trim().Split(DnfCommands.Field);
            if (fields.Length != 8)
                continue;
            var edition = $"{(fields[2] is "0" or "" ? "" : fields[2] + ":")}{fields[3]}-{fields[4]}";
            _ = long.TryParse(fields[5], NumberStyles.None, CultureInfo.InvariantCulture, out var download);
            _ = long.TryParse(fields[6], NumberStyles.None, CultureInfo.InvariantCulture, out var installed);

            // Several repositories may offer it; it is fetched once.
            sizes.TryAdd((fields[0], fields[1], edition), new OfferedVersion(download, installed, fields[7]));
        }

        return sizes;
    }
}

/// <summary>What a repository says of one version.</summary>
/// <param name="Download">Bytes of its file.</param>
/// <param name="Installed">Bytes of what it unpacks.</param>
/// <param name="Repository">Id.</param>
internal sealed record OfferedVersion(long Download, long Installed, string Repository);
