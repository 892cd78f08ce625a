using System.Management.Automation;

namespace PatchTools.Commands;

/// <summary>Saves a report and sends it to SSM, or sends what earlier runs could not.</summary>
[Cmdlet(
    VerbsData.Publish,
    "PatchSummary",
    DefaultParameterSetName = ReportSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium
)]
[OutputType(typeof(PublishReceipt))]
public sealed class PublishPatchSummaryCommand : ServiceCommand
{
    internal const string ReportSet = "Report";
    internal const string PendingSet = "Pending";

    /// <summary>The report, from Test-PatchCompliance.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ReportSet)]
    [ValidateNotNull]
    public ComplianceReport? Report { get; set; }

    /// <summary>Sends the reports that are kept on this host because they could not be sent.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PendingSet)]
    public SwitchParameter Pending { get; set; }

    /// <summary>
    /// The State Manager association in whose name the result is reported, with PutComplianceItems in the place of the
    /// instance's summary.
    /// </summary>
    [Parameter(ParameterSetName = ReportSet)]
    public string? AssociationId { get; set; }

    /// <summary>The severity that the association's report has. Default: UNSPECIFIED.</summary>
    [Parameter(ParameterSetName = ReportSet)]
    public ComplianceLevel AssociationSeverity { get; set; }

    /// <summary>
    /// Where states and summary are kept. Default: where SSM's agent keeps them, for other users below $XDG_STATE_HOME.
    /// </summary>
    [Parameter]
    public string? StateDirectory { get; set; }

    /// <summary>Writes what became of each upload.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        var host = HostOf(StateDirectory);
        var (target, action) = Pending
            ? (host.Paths.DataDirectory, "Send the pending patch summaries")
            : (
                Given(InstanceId)
                    ?? Given(Report!.Snapshot.InstanceId)
                    ?? Given(Report!.Inventory.Facts.HostName)
                    ?? "this host",
                "Save the patch states and send the report"
            );
        if (!ShouldProcess(target, action))
            return;
        var aws = Aws();
        var association = AssociationReference.Of(AssociationId, AssociationSeverity);
        var receipts = Await(
            host,
            async (run, token) =>
            {
                if (Pending)
                    return await run.PublishPendingAsync(aws, token);
                var report = association is null ? Report! : Report! with { Association = association };
                var (_, receipt) = await run.PublishAsync(report, aws, token);
                return receipt is null ? (IReadOnlyList<PublishReceipt>)[] : [receipt];
            }
        );
        if (PassThru)
            WriteObject(receipts, enumerateCollection: true);
    }
}
