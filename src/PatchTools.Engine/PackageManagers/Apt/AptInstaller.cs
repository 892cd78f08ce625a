using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Apt;

/// <summary>
/// Carries a plan out: repairs first, then one transaction for everything. Where it fails, dpkg's database says what is done and apt's words whom to set
/// aside; the rest goes on, in halves where nobody is blamed. With a time budget, in batches that are expected to fit.
/// </summary>
internal sealed class AptInstaller(HostContext host, IProcessRunner runner, InstallRequest request, IRunObserver observer)
{
    /// <summary>After so many transactions that failed, what is left is given up.</summary>
    private const int MaxFailures = 40;

    /// <summary>After so many that found the disk full, what is left is given up.</summary>
    private const int MaxFullDisks = 2;

    private const int FirstPercent = 20;
    private const int LastPercent = 90;

    private readonly AptLocks _locks = new(host, observer);
    private readonly AptCommands _commands = new(host, request);
    private readonly FailedPackages _policy = new(request.Dependencies);
    private readonly TransactionPace _pace = new();
    private readonly List<PatchSetback> _setbacks = [];
    private readonly List<string> _problems = [];
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    private List<PatchTarget> _remaining = [];
    private InstallPlan? _plan;
    private AptTransaction? _transaction;
    private int _limit = int.MaxValue;
    private int _total;
    private int _failures;
    private int _fullDisks;
    private bool _hasChanged;
    private string? _stoppedBecause;

    private string Native => request.Inventory.Packages.NativeArchitecture;

    public async Task<InstallOutcome> InstallAsync(InstallPlan plan, CancellationToken cancellationToken)
    {
        if (host.Paths.Root != "/")
            throw new PatchToolsException(PatchErrors.InventoryNotOfThisHost, $"Packages are installed on the running host only, not under {host.Paths.Root}.", host.Paths.Root);
        if (!host.IsRoot)
            throw new PatchToolsException(PatchErrors.ElevationRequired, "Only root can install packages.");
        new AptSourcesBackup(host).Restore(observer);
        _setbacks.AddRange(plan.Setbacks);
        if (plan.IsEmpty && !DpkgStatus.Read(host, Native).NeedsRepair)
            return Outcome(null);

        await _locks.WaitAsync(request.LockTimeout, cancellationToken);
        var files = TransactionFiles.Create(host, "apt");
        try
        {
            var options = AptCommands.ConffileOptions((await runner.RunAsync(AptCommands.DumpDpkgOptions(), cancellationToken)).StandardOutput);
            _transaction = new AptTransaction(host, runner, _commands, files, options, Native);
            await RepairAsync();
            _remaining = [.. plan.Accepted];
            _total = _remaining.Count;
            _plan = Fits(plan, DpkgStatus.Read(host, Native)) ? plan : null;
            await WorkAsync(cancellationToken);
        }
        finally
        {
            files.Finish();
        }

        return Outcome(files.LogPath);
    }

    private InstallOutcome Outcome(string? log) =>
        new() { Setbacks = _setbacks, HasChanged = _hasChanged, StoppedBecause = _stoppedBecause, Problems = _problems, LogPath = log };

    /// <summary>Half-configured packages of somebody else's, and a dpkg that was killed.</summary>
    private async Task RepairAsync()
    {
        if (await _transaction!.RestoreMarksAsync() is { } marks)
            _problems.Add(marks);
        var status = DpkgStatus.Read(host, Native);
        if (!status.NeedsRepair)
            return;
        var what = status.Unsound.Count > 0 ? string.Join(", ", status.Unsound) : "dpkg's journal";
        observer.Progress("Install", "Finishing what was left unconfigured (dpkg --configure -a)", FirstPercent);
        observer.Warning($"An earlier transaction was not finished: {what}. Running dpkg --configure -a first.");
        var result = await _transaction.RepairAsync();
        _hasChanged |= result.HasChanged;
        foreach (var (package, reason) in result.Transcript.PackageFailures)
            Problem(package, $"{package} was left unconfigured earlier and still is: {reason}");
    }

    /// <summary>Whether the plan still begins with what is installed.</summary>
    private static bool Fits(InstallPlan plan, DpkgStatus status) =>
        plan.Changes.All(c => c.Action != PlannedAction.Configure && (status.Of(c.Name, c.Architecture)?.Edition ?? "") == c.FromVersion);

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (_remaining.Count > 0 && _stoppedBecause is null)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                _stoppedBecause = "the run was stopped";
                SetAside(_remaining, SetbackKind.Stopped, "not begun: the run was stopped");
                return;
            }

            if (await NextAsync() is not { } plan)
                continue;
            var batch = plan.Accepted;
            observer.Progress("Install", $"Installing {batch.Count} of {_total} packages", Percent(_total - _remaining.Count));
            var channel = new AptStatusChannel(host, observer, Percent(_total - _remaining.Count), Percent(_total - _remaining.Count + batch.Count));
            if (await TransactAsync(plan, channel, cancellationToken) is { } result)
                Judge(plan, batch, result);
        }
    }

    private int Percent(int done) => FirstPercent + ((LastPercent - FirstPercent) * Math.Clamp(done, 0, _total) / Math.Max(1, _total));

    /// <summary>The next transaction; null when what was chosen came to nothing, or the time is up.</summary>
    private async Task<InstallPlan?> NextAsync()
    {
        List<PatchTarget> chosen = [.. _remaining.Take(_limit)];
        var isEverything = chosen.Count == _remaining.Count;
        var plan = isEverything && _plan is not null ? _plan : await PlanAsync(chosen);
        if (isEverything)
        {
            SetAside(plan.Setbacks.Where(s => _remaining.Contains(s.Target)));
        }
        else if (plan.Setbacks.Count > 0)
        {
            // It may need what is not in this batch: it waits, and at last is tried with everything that is left.
            var waiting = plan.Setbacks.Select(s => s.Target).ToList();
            _remaining = [.. _remaining.Except(waiting), .. waiting];
            if (plan.Accepted.Count == 0)
            {
                _limit = Math.Min(_remaining.Count, _limit) * 2;
                return null;
            }
        }

        // Already there by now, or nothing that could be done.
        var status = DpkgStatus.Read(host, Native);
        if (plan.IsEmpty || plan.Accepted.All(status.Has))
        {
            _remaining.RemoveAll(t => plan.Accepted.Contains(t));
            return null;
        }

        if (request.Deadline is { } deadline && _pace.Expected(plan) > deadline - host.Clock.GetUtcNow())
        {
            if (chosen.Count > 1)
            {
                _limit = chosen.Count / 2;
                return null;
            }

            _stoppedBecause = "the time budget is used up";
            SetAside(_remaining, SetbackKind.TimeBudget, "not begun: it would not have ended within the time budget");
            return null;
        }

        return plan;
    }

    private async Task<InstallPlan> PlanAsync(IReadOnlyList<PatchTarget> targets)
    {
        var planner = new AptPlanner(host, runner, request with { Targets = targets, Dependencies = _policy }, observer);
        return await planner.PlanAsync(CancellationToken.None);
    }

    /// <summary>Null when it could not begin and nothing was changed.</summary>
    private async Task<AptTransactionResult?> TransactAsync(InstallPlan plan, AptStatusChannel channel, CancellationToken cancellationToken)
    {
        var since = host.Clock.GetTimestamp();
        while (true)
        {
            var left = request.LockTimeout - host.Clock.GetElapsedTime(since);
            var result = await _transaction!.RunAsync(plan, Arguments(plan), left > TimeSpan.Zero ? left : TimeSpan.Zero, channel);
            _pace.Record(plan, result.Duration);
            if (result.Problem is { } problem)
                _problems.Add(problem);
            if (!result.Transcript.IsLocked)
                return result;
            if (left > TimeSpan.Zero && !cancellationToken.IsCancellationRequested)
            {
                await _locks.WaitAsync(left, CancellationToken.None);
                continue;
            }

            if (!_hasChanged)
                throw _locks.Busy();
            _stoppedBecause = _locks.Busy().Message;
            SetAside(_remaining, SetbackKind.InstallFailed, $"not begun: {_stoppedBecause}");
            return null;
        }
    }

    /// <summary>The resolver gets in the transaction what it got in the plan.</summary>
    private static IReadOnlyList<string> Arguments(InstallPlan plan) =>
        [.. plan.Accepted.Select(t => $"{t.Name}:{t.Architecture}={t.Edition}"), .. plan.Arguments];

    private void Judge(InstallPlan plan, IReadOnlyList<PatchTarget> batch, AptTransactionResult result)
    {
        _hasChanged |= result.HasChanged;
        _plan = null;
        var done = batch.Where(result.Status.Has).ToList();
        _remaining.RemoveAll(done.Contains);
        var missing = batch.Except(done).ToList();
        if (result.ExitCode == 0)
        {
            SetAside(missing, SetbackKind.InstallFailed, "apt-get ended without an error and did not install it");
            _limit = _limit > int.MaxValue / 2 ? _limit : _limit * 2;
            return;
        }

        _failures++;
        var transcript = result.Transcript;
        var progress = done.Count > 0;
        foreach (var target in missing)
        {
            var unpacked = result.Status.Of(target.Name, target.Architecture) is { } entry && entry.Edition == target.Edition ? $"it was unpacked and left {entry.State}" : null;
            if (transcript.DownloadFailures.TryGetValue(target.Name, out var download))
                SetAside([target], SetbackKind.DownloadFailed, download);
            else if ((result.ReasonOf(target.Name) ?? unpacked) is { } reason)
                SetAside([target], SetbackKind.InstallFailed, reason);
            else
                continue;
            progress = true;
        }

        foreach (var name in result.Blamed.Where(n => !batch.Any(t => t.Name == n)))
        {
            var reason = transcript.DownloadFailures.GetValueOrDefault(name) ?? result.ReasonOf(name)!;
            if (!_policy.Add(name, reason))
                continue;
            progress = true;
            if (!plan.Changes.Any(c => c.Name == name && c.Action != PlannedAction.Configure))
                Problem(name, $"{name}: {reason}");
        }

        // dpkg takes back what did not fit, so the smaller ones may; but a full disk is not to be hammered at.
        if (transcript.DiskFull is { } full && (!progress || ++_fullDisks > MaxFullDisks))
        {
            Problem("/", $"The disk is full: {full}");
            SetAside(_remaining, SetbackKind.InstallFailed, $"not begun: the disk is full ({full})");
            return;
        }

        if (!progress && missing.Count == 1)
            SetAside(missing, transcript.NoRoomForArchives is null ? SetbackKind.InstallFailed : SetbackKind.DownloadFailed, transcript.Reason);
        else if (!progress && missing.Count > 1)
            _limit = Math.Max(1, batch.Count / 2);
        else if (!progress)
            Problem(transcript.Reason, transcript.Reason);

        if (_failures >= MaxFailures)
            SetAside(_remaining, SetbackKind.InstallFailed, $"not begun: too many transactions failed, the last because {transcript.Reason}");
    }

    /// <summary>Said once of each subject, however often it fails again.</summary>
    private void Problem(string subject, string text)
    {
        if (_reported.Add(subject))
            _problems.Add(text);
    }

    private void SetAside(IEnumerable<PatchTarget> targets, SetbackKind kind, string reason) => SetAside(targets.ToList().Select(t => new PatchSetback(t, kind, reason)));

    private void SetAside(IEnumerable<PatchSetback> setbacks)
    {
        foreach (var setback in setbacks.ToList())
        {
            _setbacks.Add(setback);
            _remaining.Remove(setback.Target);
            _policy.Add(setback.Target.Name, setback.Reason);
            observer.Verbose($"{setback.Target}: set aside ({setback.Kind}): {setback.Reason}");
        }
    }

    /// <summary>The request's policy, and what failed in this run: nothing may bring that along again.</summary>
    private sealed class FailedPackages(IDependencyPolicy policy) : IDependencyPolicy
    {
        private readonly Dictionary<string, string> _failed = new(StringComparer.Ordinal);

        public bool Add(string name, string reason) => _failed.TryAdd(name, reason);

        public string? RefusalOf(string name, string architecture, string edition) =>
            _failed.TryGetValue(name, out var reason) ? $"{name} failed in this run ({reason})" : policy.RefusalOf(name, architecture, edition);
    }
}
