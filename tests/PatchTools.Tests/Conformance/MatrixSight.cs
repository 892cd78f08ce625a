using System.Management.Automation;
using System.Xml.Linq;
using PatchTools.Errors;
using PatchTools.Testing;
using PatchTools.Testing.Aws;

namespace PatchTools.Tests.Conformance;

/// <summary>
/// What somebody sees of a host, through every way in which one learns of it: the report, <c>-Quiet</c>, the whole scan
/// with its upload, and every form of export.
/// </summary>
internal sealed record MatrixSight(
    ComplianceReport? Report,
    bool? Quiet,
    IReadOnlyDictionary<string, string> Exports,
    string? ScanError,
    int ScanExit,
    string ScanMessage,
    bool IsSaved,
    int Uploads,
    PatchSummary? Summary
)
{
    private static readonly string[] s_endings = ["xml", "html", "csv", "md", "json"];

    public string JUnit => Exports.GetValueOrDefault("xml", "<none/>");

    public string Page => Exports.GetValueOrDefault("html", "");

    public IReadOnlyList<string> JUnitErrors =>
        [.. XDocument.Parse(JUnit).Descendants("error").Select(error => error.Attribute("type")!.Value)];

    /// <summary>Looks at a host.</summary>
    public static MatrixSight Of(MatrixHost host)
    {
        using var aws = LoopbackAws.Start(
            new LoopbackAwsOptions
            {
                Snapshot = host.Snapshot,
                Product = host.Product,
                StrictHashes = false,
            }
        );
        using var environment = new EnvironmentScope(aws.Environment);
        using var session = new Session(host: host.Context);
        var (report, quiet) = ((ComplianceReport?)null, (bool?)null);
        Dictionary<string, string> exports = [];
        try
        {
            report = (ComplianceReport)session.Run(Thrown("Get-PatchSnapshot | Test-PatchCompliance")).Single()!;
            quiet = (bool)session.Run(Thrown("Get-PatchSnapshot | Test-PatchCompliance -Quiet")).Single()!;
            exports = Export(session, report);
        }
        catch (RuntimeException failure) when (failure.ErrorRecord.Exception is PatchToolsException)
        {
            // Said again by the scan, whose error is looked at.
        }

        var (scanError, scanExit, message) = Outcome(
            session,
            "(Invoke-PatchBaseline -Operation Scan -SnapshotId 11111111-2222-4333-8444-555555555555 "
                + "-NoRefresh).ExitCode"
        );
        var states = Path.Combine(host.StateDirectory, "patch-configuration", "patch-states-configuration.json");
        var isSaved = File.Exists(states);
        return new MatrixSight(
            report,
            quiet,
            exports,
            scanError,
            scanExit,
            message,
            isSaved,
            aws.RequestsOf("PutInventory").Count,
            isSaved ? (PatchSummary)session.Run("Get-PatchSummary").Single()! : null
        );
    }

    /// <summary>How a script ends on a host.</summary>
    public static (string? Error, int ExitCode) ErrorOf(MatrixHost host, string script)
    {
        using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = host.Snapshot, Product = host.Product });
        using var environment = new EnvironmentScope(aws.Environment);
        using var session = new Session(host: host.Context);
        var (error, exitCode, _) = Outcome(session, script);
        return (error, exitCode);
    }

    private static Dictionary<string, string> Export(Session session, ComplianceReport report)
    {
        using var folder = new TemporaryDirectory();
        Dictionary<string, string> exports = [];
        foreach (var ending in s_endings)
        {
            var file = folder.File($"report.{ending}");
            session.Run("$args[0] | Export-PatchReport -Path $args[1]", report, file);
            exports[ending] = File.ReadAllText(file);
        }

        return exports;
    }

    private static (string? Error, int ExitCode, string Message) Outcome(Session session, string script)
    {
        try
        {
            return (null, (int)session.Run(Thrown(script)).Single()!, "");
        }
        catch (RuntimeException failure) when (failure.ErrorRecord.Exception is PatchToolsException cause)
        {
            return (cause.ErrorId, cause.ExitCode, cause.Message);
        }
    }

    /// <summary>An error ends the script also where it is in the middle of a statement.</summary>
    private static string Thrown(string script) => $"try {{ {script} }} catch {{ throw }}";
}
