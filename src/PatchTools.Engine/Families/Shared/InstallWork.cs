using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Families.Shared;

/// <summary>
/// Carries a plan out with whatever package manager: one transaction for everything. Where it fails, the package
/// database says what is done and the tool's words whom to set aside; the rest goes on, in halves where nobody is
/// blamed. With a time budget, in batches that are expected to fit. Cancellation stops between transactions.
/// </summary>
internal sealed class InstallWork(HostContext host, InstallRequest request, IRunObserver observer, LockWait locks)
{
    /// <summary>Percentage of the whole run when the first transaction begins.</summary>
    public const int FirstPercent = 20;

    /// <summary>After so many transactions that failed, what is left is given up.</summary>
    private const int MaxFailures = 40;

    /// <summary>After so many that found the disk full, what is left is given up.</summary>
    private const int MaxFullDisks = 2;

    private const int LastPercent = 90;

    private readonly FailedPackages _policy = new(request.Dependencies);
    private readonly TransactionPace _pace = new();
    private readonly List<PatchSetback> _setbacks = [];
    private readonly List<string> _problems = [];
    private readonly List<string> _warnings = [];
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    private List<PatchTarget> _remaining = [];
    private InstallPlan? _plan;
    private IReadOnlySet<PatchTarget>? _comesFirst;
    private int _limit = int.MaxValue;
    private int _total;
    private int _failures;
    private int _fullDisks;
    private string? _stoppedBecause;

    /// <summary>At least one transaction, or a repair before the first, changed the host.</summary>
    public bool HasChanged { get; set; }

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InventoryNotOfThisHost"/>;
    /// <see cref="PatchErrors.ElevationRequired"/>.</exception>
    public static void DemandRunningHost(HostContext host)
    {
        if (host.Paths.Root != "/")
            throw new PatchToolsException(
                PatchErrors.InventoryNotOfThisHost,
                $"Packages are installed on the running host only, not under {host.Paths.Root}.",
                host.Paths.Root
            );
        if (!host.IsRoot)
            throw new PatchToolsException(PatchErrors.ElevationRequired, "Only root can install packages.");
    }

    /// <param name="transactions">The package manager's.</param>
    /// <param name="plan">What was planned.</param>
    /// <param name="isCurrent">The host is still as it was when the plan was made; else it is made again.</param>
    /// <param name="cancellationToken">Looked at between transactions.</param>
    /// <param name="comesFirst">Targets that get a transaction of their own before the others; null for none.</param>
    public async Task RunAsync(
        ITransactions transactions,
        InstallPlan plan,
        bool isCurrent,
        CancellationToken cancellationToken,
        IReadOnlySet<PatchTarget>? comesFirst = null
    )
    {
        _comesFirst = comesFirst;
        _remaining = [.. plan.Accepted];
        _total = _remaining.Count;
        _plan = isCurrent ? plan : null;
        while (_remaining.Count > 0 && _stoppedBecause is null)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                _stoppedBecause = "the run was stopped";
                SetAside(_remaining, SetbackKind.Stopped, "not begun: the run was stopped");
                return;
            }

            InstallPlan? next;
            try
            {
                next = await NextAsync(transactions);
            }
            catch (PatchToolsException busy) when (HasChanged && busy.Error == PatchErrors.PackageManagerBusy)
            {
                // What is installed by now is reported all the same.
                _stoppedBecause = busy.Message;
                SetAside(_remaining, SetbackKind.InstallFailed, $"not begun: {_stoppedBecause}");
                return;
            }

            if (next is null)
                continue;
            observer.Progress(
                "Install",
                $"Installing {next.Accepted.Count} of {_total} packages",
                Percent(_total - _remaining.Count)
            );
            if (await TransactAsync(transactions, next, cancellationToken) is { } result)
                Judge(transactions, next, result);
        }
    }

    /// <summary>What the plan set aside and what this work did.</summary>
    /// <param name="plan">What was planned.</param>
    /// <param name="log">The package manager's whole output; null when nothing ran.</param>
    public InstallOutcome Outcome(InstallPlan plan, string? log) =>
        new()
        {
            Setbacks = [.. plan.Setbacks, .. _setbacks],
            HasChanged = HasChanged,
            StoppedBecause = _stoppedBecause,
            Problems = _problems,
            Warnings = _warnings,
            LogPath = log,
        };

    /// <summary>
    /// A failure that is not one patch's own. Said once of each subject, however often it fails again.
    /// </summary>
    public void Problem(string subject, string text)
    {
        if (_reported.Add(subject))
            _problems.Add(text);
    }

    private int Percent(int done) =>
        FirstPercent + ((LastPercent - FirstPercent) * Math.Clamp(done, 0, _total) / Math.Max(1, _total));

    /// <summary>The next transaction; null when what was chosen came to nothing, or the time is up.</summary>
    private async Task<InstallPlan?> NextAsync(ITransactions transactions)
    {
        List<PatchTarget> chosen = _comesFirst is { Count: > 0 } first
            ? [.. _remaining.Where(first.Contains)]
            : [.. _remaining.Take(_limit)];
        _comesFirst = null;
        var isEverything = chosen.Count == _remaining.Count;
        var plan =
            isEverything && _plan is not null
                ? _plan
                : await transactions.PlanAsync(request with { Targets = chosen, Dependencies = _policy });
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
        if (plan.IsEmpty || (await transactions.InstalledAsync(plan.Accepted)).Count == plan.Accepted.Count)
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

    /// <summary>Null when it could not begin and nothing was changed.</summary>
    private async Task<TransactionResult?> TransactAsync(
        ITransactions transactions,
        InstallPlan plan,
        CancellationToken cancellationToken
    )
    {
        var since = host.Clock.GetTimestamp();
        var done = _total - _remaining.Count;
        while (true)
        {
            var left = request.LockTimeout - host.Clock.GetElapsedTime(since);
            var result = await transactions.RunAsync(
                plan,
                left > TimeSpan.Zero ? left : TimeSpan.Zero,
                Percent(done),
                Percent(done + plan.Accepted.Count)
            );
            _pace.Record(plan, result.Duration);
            foreach (var problem in result.Problems)
                Problem(problem, problem);
            _warnings.AddRange(result.Warnings.Except(_warnings));
            if (!result.IsLocked)
                return result;
            if (left > TimeSpan.Zero && !cancellationToken.IsCancellationRequested)
            {
                await locks.WaitAsync(left, CancellationToken.None);
                continue;
            }

            if (!HasChanged)
                throw locks.Busy();
            _stoppedBecause = locks.Busy().Message;
            SetAside(_remaining, SetbackKind.InstallFailed, $"not begun: {_stoppedBecause}");
            return null;
        }
    }

    private void Judge(ITransactions transactions, InstallPlan plan, TransactionResult result)
    {
        HasChanged |= result.HasChanged;
        _plan = null;
        _remaining.RemoveAll(result.Installed.Contains);
        var missing = plan.Accepted.Except(result.Installed).ToList();
        if (result.ExitCode == 0)
        {
            SetAside(
                missing,
                SetbackKind.InstallFailed,
                $"{transactions.Tool} ended without an error and did not install it"
            );
            _limit = _limit > int.MaxValue / 2 ? _limit : _limit * 2;
            return;
        }

        JudgeFailure(plan, result, missing);
    }

    private void JudgeFailure(InstallPlan plan, TransactionResult result, List<PatchTarget> missing)
    {
        _failures++;
        var progress = result.Installed.Count > 0;
        progress |= SetBlamedAside(missing, result);
        progress |= RefuseBlamedCompanions(plan, result);

        // What did not fit was taken back, so the smaller ones may; but a full disk is not to be hammered at.
        if (result.DiskFull is { } full && (!progress || ++_fullDisks > MaxFullDisks))
        {
            Problem("/", $"The disk is full: {full}");
            SetAside(_remaining, SetbackKind.InstallFailed, $"not begun: the disk is full ({full})");
            return;
        }

        // Ended by a signal, say, after the last package and before the end: nobody else says that it is not whole.
        if (missing.Count == 0 && IsUnexplained(result))
            Problem(result.Reason, $"Everything is installed, and yet {result.Reason}");
        if (!progress)
            Narrow(plan, result, missing);
        if (_failures >= MaxFailures)
            SetAside(
                _remaining,
                SetbackKind.InstallFailed,
                $"not begun: too many transactions failed, the last because {result.Reason}"
            );
    }

    /// <summary>Sets aside the targets that the result itself blames; true when there are any.</summary>
    private bool SetBlamedAside(List<PatchTarget> missing, TransactionResult result)
    {
        var progress = false;
        foreach (var target in missing)
        {
            if (result.DownloadFailures.TryGetValue(target.Name, out var download))
                SetAside([target], SetbackKind.DownloadFailed, download);
            else if (result.PackageFailures.GetValueOrDefault(target.Name) is { } failure)
                SetAside(
                    [target],
                    result.NotAuthenticated.Contains(target.Name)
                        ? SetbackKind.NotAuthenticated
                        : SetbackKind.InstallFailed,
                    failure
                );
            else if (result.LeftHalfDone.TryGetValue(target, out var left))
                SetAside([target], SetbackKind.InstallFailed, left);
            else
                continue;
            progress = true;
        }

        return progress;
    }

    /// <summary>
    /// Lets nothing bring along again what failed without being a target; true when any of it is new.
    /// </summary>
    private bool RefuseBlamedCompanions(InstallPlan plan, TransactionResult result)
    {
        var batch = plan.Accepted;
        var progress = false;
        foreach (
            var name in result
                .PackageFailures.Keys.Concat(result.DownloadFailures.Keys)
                .Distinct(StringComparer.Ordinal)
                .Where(n => !batch.Any(t => t.Name == n))
        )
        {
            var reason = result.DownloadFailures.GetValueOrDefault(name) ?? result.PackageFailures[name];
            if (!_policy.Add(name, reason))
                continue;
            progress = true;
            if (!plan.Changes.Any(c => c.Name == name && c.Action != PlannedAction.Configure))
                Problem(name, $"{name}: {reason}");
        }

        return progress;
    }

    /// <summary>Nobody is blamed and nothing is done: a single target is set aside, several go on in halves.</summary>
    private void Narrow(InstallPlan plan, TransactionResult result, List<PatchTarget> missing)
    {
        if (missing.Count == 1)
            SetAside(
                missing,
                result.HasNoRoomForDownloads ? SetbackKind.DownloadFailed : SetbackKind.InstallFailed,
                result.Reason
            );
        else if (missing.Count > 1)
            _limit = Math.Max(1, plan.Accepted.Count / 2);
        else
            Problem(result.Reason, result.Reason);
    }

    private static bool IsUnexplained(TransactionResult result) =>
        result.Problems.Count == 0
        && result.Warnings.Count == 0
        && result.PackageFailures.Count == 0
        && result.DownloadFailures.Count == 0;

    private void SetAside(IEnumerable<PatchTarget> targets, SetbackKind kind, string reason) =>
        SetAside(targets.ToList().Select(t => new PatchSetback(t, kind, reason)));

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
            _failed.TryGetValue(name, out var reason)
                ? $"{name} failed in this run ({reason})"
                : policy.RefusalOf(name, architecture, edition);
    }
}
