using PatchTools.Checksums;
using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Preflight;
using PatchTools.Reboot;
using PatchTools.Reports;
using PatchTools.Reports.Completing;
using PatchTools.Snapshots;

namespace PatchTools.Operations;

/// <summary>
/// The story of an install: resume or refuse, snapshot, inventory, evaluation, plan, preflight; then the transaction, a
/// new inventory, evaluation, report, and the request for a reboot.
/// </summary>
public sealed partial class PatchRun
{
    /// <summary>The transaction that an install would run now. Changes nothing.</summary>
    public async Task<InstallPlan> PlanAsync(PlanRequest request, CancellationToken cancellationToken)
    {
        var list = await OverrideListAsync(Acquisition(), request.InstallOverrideList, request.Aws, cancellationToken);
        var inventory = await GetInventoryAsync(request.Inventory, request.Snapshot, cancellationToken);
        var terms = new EvaluationTerms
        {
            Operation = PatchOperation.Install,
            OperationText = nameof(PatchOperation.Install),
            InstallOverrideList = list,
            ApprovalDateSource = request.ApprovalDateSource,
        };
        var choice = Choose(request.Snapshot, inventory, terms, request.Inventory.LockTimeout);
        foreach (var warning in choice.Warnings)
            observer.Warning(warning);
        return await PlanAsync(choice, cancellationToken);
    }

    /// <summary>
    /// Everything of an install that changes no package. Takes PatchTools' own lock unless it is a dry run.
    /// </summary>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.ElevationRequired"/>; <see cref="PatchErrors.RunInProgress"/>;
    /// <see cref="PatchErrors.RebootNotDone"/> and <see cref="PatchErrors.RebootGivenUp"/> when this command asked for
    /// a reboot before; <see cref="PatchErrors.PreflightFailed"/>; whatever its steps fail with.
    /// </exception>
    public async Task<PreparedInstall> PrepareInstallAsync(RunRequest request, CancellationToken cancellationToken)
    {
        if (!host.IsRoot && !request.DryRun)
            throw new PatchToolsException(PatchErrors.ElevationRequired, "Installing patches needs root.");
        var deadline = request.TimeBudget is { } budget ? host.Clock.GetUtcNow() + budget : (DateTimeOffset?)null;
        var held = request.DryRun
            ? null
            : await RunLock.AcquireAsync(
                host,
                $"Invoke-PatchBaseline -Operation {request.OperationText}",
                request.LockTimeout,
                observer,
                cancellationToken
            );
        try
        {
            return await PrepareLockedAsync(request, deadline, held, cancellationToken);
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <exception cref="PatchToolsException">The command asked for a reboot that has not come.</exception>
    private ResumeDecision Resume(RunRequest request)
    {
        if (request.DryRun)
            return ResumeDecision.NoMarker;
        var resume = new RebootMarkers(host, observer).Resume(PatchOperation.Install);
        if (resume.Step != ResumeStep.NoMarker)
            observer.Verbose(resume.Reason);
        return resume.Step switch
        {
            ResumeStep.AskAgain => throw new PatchToolsException(PatchErrors.RebootNotDone, resume.Reason),
            ResumeStep.GaveUp => throw new PatchToolsException(PatchErrors.RebootGivenUp, resume.Reason),
            _ => resume,
        };
    }

    private async Task<PreparedInstall> PrepareLockedAsync(
        RunRequest request,
        DateTimeOffset? deadline,
        IDisposable? held,
        CancellationToken cancellationToken
    )
    {
        var resume = Resume(request);
        var acquisition = Acquisition();
        var snapshot = await GetSnapshotAsync(acquisition, request.Snapshot, cancellationToken);
        if (!request.DryRun && !StaysOnHost(snapshot))
            OpenSslLibrary.Demand("Sending the report");
        var asked = request.Snapshot;
        var list = await OverrideListAsync(acquisition, asked.InstallOverrideList, asked.Aws, cancellationToken);
        var before = await GetInventoryAsync(
            request.Inventory with
            {
                RestoresSources = !request.DryRun,
            },
            snapshot,
            cancellationToken
        );
        var terms = TermsOf(request, PatchOperation.Install) with { InstallOverrideList = list };
        var choice = Choose(snapshot, before, terms, request.LockTimeout, deadline);

        // A real run has them in its report.
        foreach (var warning in request.DryRun ? choice.Warnings : [])
            observer.Warning(warning);
        if (resume.Step == ResumeStep.Rebooted)
            return Ready(
                new InstallPlan
                {
                    Targets = [],
                    Changes = [],
                    CreatedAt = host.Clock.GetUtcNow(),
                }
            );
        var plan = await PlanAsync(choice, cancellationToken);
        Check(new PreflightRequest { Inventory = before, Plan = plan }, request.DryRun);
        return Ready(plan);

        PreparedInstall Ready(InstallPlan plan) =>
            new(
                plan,
                new InstallSituation(
                    request,
                    snapshot,
                    before,
                    terms,
                    choice.Install,
                    choice.LeftOut,
                    resume,
                    Session.Memory
                ),
                held
            );
    }

    /// <summary>
    /// Carries out what was prepared. Once the first transaction has begun the run is told to the end: cancelling stops
    /// it between transactions, and what is then installed is still read, saved and reported.
    /// </summary>
    /// <exception cref="PatchToolsException">
    /// Nothing could be begun; or the report could not be sent and no reboot is wanted, then
    /// <see cref="PatchToolsException.Target"/> is the <see cref="ComplianceReport"/>.
    /// </exception>
    public async Task<ComplianceReport> InstallAsync(PreparedInstall prepared, CancellationToken cancellationToken)
    {
        var (request, snapshot, before, terms, install, leftOut, resume, memory) = prepared.Situation;
        _memory = memory;
        var outcome = prepared.IsResumed
            ? new InstallOutcome()
            : await Session.Manager().InstallAsync(prepared.Plan, install, observer, cancellationToken);

        Session.HasChanged();

        var after = await AfterAsync(prepared, outcome);
        terms = terms with
        {
            OperationText = Families
                .Of(after.Family)
                .InstallSpelling(terms.OperationText, hadWork: prepared.Plan.Targets.Count > 0),
        };
        var judged = Evaluate(snapshot, after, terms);
        outcome = prepared.IsResumed ? outcome : Setbacks.Complete(judged, outcome);

        // A resumed run ends as the run before it did; where that had no failures, nothing is called one now.
        var setbacks =
            prepared.IsResumed && resume.ExitCode == PatchingExitCode.Success
                ? Setbacks.NotBegun(judged, leftOut)
                : outcome.Setbacks;
        var report = Setbacks.Apply(judged, setbacks) with { Outcome = outcome, Association = request.Association };
        var untold = Setbacks.Untold(report, outcome);
        report = report with { Warnings = [.. report.Warnings, .. untold] };
        foreach (var warning in untold)
            observer.Warning(warning);
        var patching = new PatchingOutcome
        {
            ExitCode = PatchingExitCode.Of(outcome),
            CurrentInstalled = CurrentInstalled.Of(before, report, Families),
        };
        var wantsReboot = !prepared.IsResumed && await WantsRebootAsync(request, before, patching.ExitCode);
        var (published, failure) = await PublishInstallAsync(request, report, patching);
        // A report that proves nothing is not success, also where it stays on the host and so fails nowhere.
        var isTold = failure is null && report.Inventory.IsProven;
        var final = prepared.IsResumed ? resume.AfterReport(isTold) : FinalCode.Of(wantsReboot, isTold, outcome);
        new RebootMarkers(host, observer).Finish(final);
        published = published with { ExitCode = final.ExitCode };
        if (failure is null)
            return published;
        published = published with { UploadNote = failure.Message };
        if (final.ExitCode != FinalCode.RebootWanted)
            throw new PatchToolsException(failure.Error, failure.Message, published, failure);

        // The reboot matters more than the report, which is kept; the run after the reboot reports again.
        observer.Warning(failure.Message);
        return published;
    }

    /// <summary>
    /// The host after the transaction. Whatever was waited for, the lock of another tool or the transaction of a run
    /// that was killed, may have changed the host: only a run without work reports what it read at the beginning. The
    /// states file as it was before this run decides what is pending; nobody has written it since. What the refresh
    /// found out holds for both readings.
    /// </summary>
    private async Task<HostInventory> AfterAsync(PreparedInstall prepared, InstallOutcome outcome)
    {
        var before = prepared.Situation.Before;
        if (!outcome.HasChanged && prepared.Plan.Targets.Count == 0 && prepared.Plan.IsEmpty)
            return before;
        var after = await GetInventoryAsync(
            prepared.Situation.Request.Inventory with
            {
                Refresh = false,
            },
            prepared.Situation.Snapshot,
            CancellationToken.None
        );
        return after with { Repositories = before.Repositories };
    }

    private async Task<bool> WantsRebootAsync(RunRequest request, HostInventory before, int exitCode) =>
        RebootDecision.IsRequired(
            new RebootQuestion
            {
                Operation = PatchOperation.Install,
                RebootOption = request.RebootOption,
                Policy = request.RebootPolicy,
                PriorStates = before.Facts.PriorStates,
                BootTime = before.Facts.BootTime,
                PatchingExitCode = exitCode,
                Assessment =
                    request.RebootPolicy == RebootPolicy.HostNeed
                        ? await AssessRebootAsync(CancellationToken.None)
                        : null,
            }
        );

    /// <summary>
    /// What to ask the package manager for, and what is kept out of it: the administrator holds it, or nobody offers
    /// it.
    /// </summary>
    /// <param name="Install">What to ask for.</param>
    /// <param name="LeftOut">What is not asked for.</param>
    /// <param name="Warnings">What the reader of the baseline should know: entries of its lists, or of the override
    /// list, that match nothing.</param>
    private sealed record Choice(
        InstallRequest Install,
        IReadOnlyList<PatchSetback> LeftOut,
        IReadOnlyList<string> Warnings
    );

    private Choice Choose(
        PatchSnapshot snapshot,
        HostInventory inventory,
        EvaluationTerms terms,
        TimeSpan lockTimeout,
        DateTimeOffset? deadline = null
    )
    {
        // Nothing has failed yet: without a list, what is to be installed is what a scan calls missing.
        var report = Evaluate(
            snapshot,
            inventory,
            terms.InstallOverrideList is null ? terms with { Operation = PatchOperation.Scan } : terms
        );
        var selection = InstallSelection.Of(report);
        return new Choice(
            new InstallRequest
            {
                Inventory = inventory,
                Targets = selection.Targets,
                Dependencies = DependencyPolicies.For(
                    snapshot,
                    Families.Of(inventory.Family).Language,
                    inventory.Packages.NativeArchitecture,
                    terms.InstallOverrideList
                ),
                CustomSources = CustomSources.For(snapshot, JudgedProduct.Of(snapshot, inventory)),
                LockTimeout = lockTimeout,
                Deadline = deadline,
            },
            [.. selection.Held, .. selection.NotOffered],
            report.Warnings
        );
    }

    private async Task<InstallPlan> PlanAsync(Choice choice, CancellationToken cancellationToken)
    {
        var plan = await Session.Manager().PlanAsync(choice.Install, observer, cancellationToken);
        return plan with
        {
            Targets = [.. plan.Targets, .. choice.LeftOut.Select(setback => setback.Target)],
            Setbacks = [.. choice.LeftOut, .. plan.Setbacks],
            Warnings = choice.Warnings,
        };
    }

    private static async Task<InstallOverrideList?> OverrideListAsync(
        SnapshotAcquisition acquisition,
        string? location,
        AwsParameters aws,
        CancellationToken cancellationToken
    ) =>
        string.IsNullOrEmpty(location)
            ? null
            : await acquisition.GetInstallOverrideListAsync(location, aws, cancellationToken);

    private void Check(PreflightRequest request, bool onlyWarn)
    {
        var report = new PreflightCheck(host, Session.Places(), new FileSystems()).Check(request);
        foreach (var finding in report.Findings.Where(finding => onlyWarn || !finding.IsFatal))
            observer.Warning(finding.ToString());
        if (!onlyWarn)
            report.ThrowIfFatal();
    }

    private async Task<(ComplianceReport Report, PatchToolsException? Failure)> PublishInstallAsync(
        RunRequest request,
        ComplianceReport report,
        PatchingOutcome patching
    )
    {
        if (StaysOnHost(report.Snapshot))
            return (Publisher(new AwsParameters()).Save(report, patching), null);
        try
        {
            return (
                (await PublishLockedAsync(report, request.Snapshot.Aws, CancellationToken.None, patching)).Report,
                null
            );
        }
        catch (PatchToolsException failure)
        {
            return (ReportPublisher.Complete(report, patching), failure);
        }
    }
}
