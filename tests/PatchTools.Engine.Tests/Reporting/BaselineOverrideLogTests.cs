using System.Text.Json;
using PatchTools.Reports.Sinks.Ssm;
using Xunit;

namespace PatchTools.Engine.Tests.Reporting;

public sealed class BaselineOverrideLogTests
{
    [Fact]
    public void Summary_has_sorted_keys_and_no_baseline_id()
    {
        var report = ReportSamples.UbuntuScan();
        var message = BaselineOverrideLog.Messages(ReportItems.Summary(report), ReportItems.Compliance(report))[0];
        Assert.StartsWith(
            "[BASELINE OVERRIDE]: Summary:\n{\n    \"CriticalNonCompliantCount\": \"1\",\n",
            message,
            StringComparison.Ordinal
        );
        using var json = JsonDocument.Parse(message[message.IndexOf('{', StringComparison.Ordinal)..]);
        var names = json.RootElement.EnumerateObject().Select(m => m.Name).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.DoesNotContain("BaselineId", names);
        Assert.Contains("SnapshotId", names);
    }

    [Fact]
    public void Packages_that_do_not_comply_follow_without_document_baseline_and_group()
    {
        var report = ReportSamples.UbuntuScan();
        Assert.Equal(
            """
            [BASELINE OVERRIDE]: Non Compliant Packages:
            [
                {
                    "Classification": "Security",
                    "Id": "openssl.amd64",
                    "InstalledTime": "",
                    "PatchSeverity": "optional",
                    "PatchState": "Missing",
                    "Severity": "CRITICAL",
                    "Status": "NON_COMPLIANT",
                    "Title": "openssl.amd64:1.1.1f-1ubuntu2.9"
                }
            ]
            """,
            BaselineOverrideLog.Messages(ReportItems.Summary(report), ReportItems.Compliance(report))[1]
        );
    }

    [Fact]
    public void Nothing_to_complain_of_is_said_so()
    {
        var report = ReportSamples.Report([]);
        Assert.Equal(
            "[BASELINE OVERRIDE]: Everything is compliant.",
            BaselineOverrideLog.Messages(ReportItems.Summary(report), ReportItems.Compliance(report))[1]
        );
    }
}
