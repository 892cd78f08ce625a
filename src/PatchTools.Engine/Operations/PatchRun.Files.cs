using System.Globalization;
using PatchTools.Baselines;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Inventories;
using PatchTools.Presentation;
using PatchTools.Reports.Saving;
using PatchTools.Snapshots;

namespace PatchTools.Operations;

/// <content>Files that people name: summaries, baselines, reports, inventories.</content>
public sealed partial class PatchRun
{
    /// <summary>The last saved summary, or with <paramref name="history"/> all that are kept, newest first.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.SummaryNotFound"/>;
    /// <see cref="PatchErrors.SummaryMalformed"/>.</exception>
    public IReadOnlyList<PatchSummary> GetSummaries(bool history) =>
        history
            ? new SummaryHistory(host, observer).Read()
            : [new SummaryHistory(host, observer).WithVerdict(new SummaryFile(host).Read())];

    /// <summary>What is wrong with a baseline, by itself or against a host.</summary>
    public IReadOnlyList<BaselineIssue> CheckBaseline(PatchBaseline baseline, HostInventory? inventory)
    {
        observer.Progress("Check", $"Checking {baseline.Name}", 50);
        return BaselineCheck.Of(
            baseline,
            inventory is null ? null : new BaselineCheckHost(inventory, host.Clock.GetUtcNow()),
            Families
        );
    }

    /// <summary>Writes baselines to a file in one of the shapes that are read again.</summary>
    /// <param name="baselines">One; several only in an override.</param>
    /// <param name="form">The shape.</param>
    /// <param name="path">The file; one that exists is replaced whole, a FIFO or a device written to.</param>
    /// <param name="cancellationToken">Ends the waiting for a FIFO's reader.</param>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.BaselineInvalid"/>: several where one is wanted;
    /// <see cref="PatchErrors.BaselineOverrideSeveralEntries"/>; <see cref="PatchErrors.StateUnwritable"/>.
    /// </exception>
    public void ExportBaselines(
        IReadOnlyList<PatchBaseline> baselines,
        BaselineForm form,
        string path,
        CancellationToken cancellationToken
    )
    {
        observer.Progress("Export", $"Writing {path}", 80);
        if (form != BaselineForm.Override && baselines.Count != 1)
            throw new PatchToolsException(
                PatchErrors.BaselineInvalid,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A file of the form {form} holds one baseline, and {baselines.Count} are given; "
                        + $"-As Override takes several."
                ),
                path
            );
        NamedFile.Write(
            path,
            form switch
            {
                BaselineForm.Override => SnapshotWriter.WriteOverride(baselines),
                BaselineForm.GetPatchBaseline => SnapshotWriter.WriteServiceBaseline(baselines[0]),
                _ => SnapshotWriter.WriteDocument(baselines[0]),
            },
            cancellationToken
        );
    }

    /// <summary>Writes a report to a file for people or for other tools.</summary>
    /// <param name="report">The report.</param>
    /// <param name="format">Its form.</param>
    /// <param name="history">Earlier runs for the page's trend; null takes those that are kept on this host, where the
    /// report is of it.</param>
    /// <param name="path">The file; one that exists is replaced whole, a FIFO or a device written to.</param>
    /// <param name="cancellationToken">Ends the waiting for a FIFO's reader.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public void ExportReport(
        ComplianceReport report,
        ReportFormat format,
        IReadOnlyList<PatchSummary>? history,
        string path,
        CancellationToken cancellationToken
    )
    {
        observer.Progress("Export", $"Writing {path}", 80);
        if (format == ReportFormat.Html && history is null && report.Inventory.Origin == InventoryOrigin.Host)
            history = new SummaryHistory(host, observer).Read();
        NamedFile.Write(path, ReportExport.Write(report, format, history ?? []), cancellationToken);
    }

    /// <summary>Writes an inventory to a file that <see cref="ImportInventoryAsync"/> reads on another host.</summary>
    public async Task ExportInventoryAsync(HostInventory inventory, string path, CancellationToken cancellationToken)
    {
        observer.Progress("Inventory", $"Writing {path}", 80);
        using var content = new MemoryStream();
        await InventoryFile.WriteAsync(inventory, content, cancellationToken);
        NamedFile.Write(path, content.ToArray(), cancellationToken);
    }

    /// <summary>Reads what <see cref="ExportInventoryAsync"/> wrote.</summary>
    public async Task<HostInventory> ImportInventoryAsync(string path, CancellationToken cancellationToken)
    {
        observer.Progress("Inventory", $"Reading {path}", 20);
        FileStream file;
        try
        {
            // A FIFO without a writer takes no notice of the token.
            file = await Task.Run(() => File.OpenRead(path), CancellationToken.None).WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.InventoryMalformed,
                $"The inventory {path} cannot be read: {e.Message}",
                path,
                e
            );
        }

        await using (file)
            return await InventoryFile.ReadAsync(file, cancellationToken);
    }
}
