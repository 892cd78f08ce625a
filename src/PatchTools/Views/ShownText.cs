using System.Collections.Concurrent;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.CompilerServices;
using PatchTools.Text;

namespace PatchTools.Views;

/// <summary>
/// Properties of PatchTools' objects as PowerShell sees them (<c>PatchTools.Texts.ps1xml</c>): a terminal may show
/// each, whichever somebody chooses. PowerShell wants a method for each name; scripts in their place would cost every
/// import a tenth of a second.
/// </summary>
public static class ShownText
{
    private static readonly ConcurrentDictionary<(Type, string), PropertyInfo?> Properties = new();

    /// <summary>The object in words.</summary>
    public static string Words(PSObject item) => TerminalText.Cell(item.BaseObject.ToString() ?? "");

    public static object? Advice(PSObject item) => Of(item);

    public static object? AdvisoryIds(PSObject item) => Of(item);

    public static object? ApprovedPatches(PSObject item) => Of(item);

    public static object? Architecture(PSObject item) => Of(item);

    public static object? Archive(PSObject item) => Of(item);

    public static object? AssociationId(PSObject item) => Of(item);

    public static object? AvailableVersion(PSObject item) => Of(item);

    public static object? BaselineId(PSObject item) => Of(item);

    public static object? BaselineOverride(PSObject item) => Of(item);

    public static object? BugzillaIds(PSObject item) => Of(item);

    public static object? CandidateEdition(PSObject item) => Of(item);

    public static object? Cautions(PSObject item) => Of(item);

    public static object? Classification(PSObject item) => Of(item);

    public static object? Codename(PSObject item) => Of(item);

    public static object? ComplianceHash(PSObject item) => Of(item);

    public static object? Component(PSObject item) => Of(item);

    /// <summary>It has lines.</summary>
    public static object? Configuration(PSObject item) => Lines(item);

    public static object? ContentHash(PSObject item) => Of(item);

    public static object? Count(PSObject item) => Of(item);

    public static object? CveIds(PSObject item) => Of(item);

    public static object? Description(PSObject item) => Of(item);

    public static object? DocumentName(PSObject item) => Of(item);

    public static object? Doubts(PSObject item) => Of(item);

    public static object? Edition(PSObject item) => Of(item);

    public static object? Entry(PSObject item) => Of(item);

    public static object? ExecutionId(PSObject item) => Of(item);

    public static object? FromArchitecture(PSObject item) => Of(item);

    public static object? FromVersion(PSObject item) => Of(item);

    public static object? HeldBackEdition(PSObject item) => Of(item);

    public static object? HiddenBecause(PSObject item) => Of(item);

    public static object? HostName(PSObject item) => Of(item);

    public static object? HostPolicy(PSObject item) => Of(item);

    public static object? Id(PSObject item) => Of(item);

    public static object? IdLike(PSObject item) => Of(item);

    public static object? InstallOverrideList(PSObject item) => Of(item);

    public static object? InstalledArchitecture(PSObject item) => Of(item);

    public static object? InstalledEdition(PSObject item) => Of(item);

    public static object? InstalledVersion(PSObject item) => Of(item);

    public static object? InstanceId(PSObject item) => Of(item);

    public static object? InstanceName(PSObject item) => Of(item);

    public static object? Key(PSObject item) => Of(item);

    public static object? Label(PSObject item) => Of(item);

    public static object? LeftAlone(PSObject item) => Of(item);

    public static object? LeftoverEdition(PSObject item) => Of(item);

    public static object? ListEntry(PSObject item) => Of(item);

    public static object? Location(PSObject item) => Of(item);

    public static object? LogPath(PSObject item) => Of(item);

    public static object? Message(PSObject item) => Of(item);

    public static object? Name(PSObject item) => Of(item);

    public static object? NotProvenBecause(PSObject item) => Of(item);

    public static object? NotVerified(PSObject item) => Of(item);

    public static object? Note(PSObject item) => Of(item);

    public static object? NothingJudgedBecause(PSObject item) => Of(item);

    public static object? Observations(PSObject item) => Of(item);

    public static object? OperatingSystem(PSObject item) => Of(item);

    public static object? Operation(PSObject item) => Of(item);

    public static object? OperationId(PSObject item) => Of(item);

    public static object? OperationText(PSObject item) => Of(item);

    public static object? PackageManager(PSObject item) => Of(item);

    public static object? Packages(PSObject item) => Of(item);

    public static object? PatchGroup(PSObject item) => Of(item);

    public static object? Path(PSObject item) => Of(item);

    public static object? PolicyNote(PSObject item) => Of(item);

    public static object? PrettyName(PSObject item) => Of(item);

    public static object? Priority(PSObject item) => Of(item);

    public static object? Problems(PSObject item) => Of(item);

    public static object? Processes(PSObject item) => Of(item);

    public static object? Product(PSObject item) => Of(item);

    public static object? Products(PSObject item) => Of(item);

    public static object? Reason(PSObject item) => Of(item);

    public static object? RebootOption(PSObject item) => Of(item);

    public static object? Region(PSObject item) => Of(item);

    public static object? RejectedPatches(PSObject item) => Of(item);

    public static object? ReportPath(PSObject item) => Of(item);

    public static object? ReportedAs(PSObject item) => Of(item);

    public static object? Repository(PSObject item) => Of(item);

    public static object? RunningKernel(PSObject item) => Of(item);

    public static object? Section(PSObject item) => Of(item);

    public static object? Services(PSObject item) => Of(item);

    public static object? Severity(PSObject item) => Of(item);

    public static object? Site(PSObject item) => Of(item);

    public static object? SnapshotId(PSObject item) => Of(item);

    public static object? State(PSObject item) => Of(item);

    public static object? Status(PSObject item) => Of(item);

    public static object? StatusDetails(PSObject item) => Of(item);

    public static object? StoppedBecause(PSObject item) => Of(item);

    public static object? Summary(PSObject item) => Of(item);

    public static object? SummaryHash(PSObject item) => Of(item);

    /// <summary>What an error is about; an object of PatchTools' own shows its own texts.</summary>
    public static object? Target(PSObject item) => Of(item);

    public static object? Targets(PSObject item) => Of(item);

    public static object? Text(PSObject item) => Of(item);

    public static object? Title(PSObject item) => Of(item);

    public static object? ToVersion(PSObject item) => Of(item);

    public static object? Unknown(PSObject item) => Of(item);

    public static object? UploadNote(PSObject item) => Of(item);

    public static object? Values(PSObject item) => Of(item);

    public static object? Vendor(PSObject item) => Of(item);

    public static object? VerdictText(PSObject item) => Of(item);

    public static object? VersionId(PSObject item) => Of(item);

    public static object? Warnings(PSObject item) => Of(item);

    public static object? Where(PSObject item) => Of(item);

    public static object? Why(PSObject item) => Of(item);

    public static object? Arguments(PSObject item) => Of(item);

    public static object? FileName(PSObject item) => Of(item);

    /// <summary><c>NAME=VALUE</c> for each variable.</summary>
    public static object? Environment(PSObject item) =>
        Value(item, nameof(Environment)) is IReadOnlyDictionary<string, string> variables
            ? TerminalText.Of(variables.Select(variable => $"{variable.Key}={variable.Value}").ToArray())
            : null;

    public static object? StatusPath(PSObject item) => Of(item);

    /// <summary>Of a command that failed: it has lines.</summary>
    public static object? StandardError(PSObject item) => Lines(item);

    /// <inheritdoc cref="StandardError"/>
    public static object? StandardOutput(PSObject item) => Lines(item);

    private static string? Lines(PSObject item, [CallerMemberName] string name = "") =>
        Value(item, name) is string text ? TerminalText.Lines(text) : null;

    private static object? Of(PSObject item, [CallerMemberName] string name = "") => TerminalText.Of(Value(item, name));

    private static object? Value(PSObject item, string name) =>
        Properties
            .GetOrAdd((item.BaseObject.GetType(), name), static key => key.Item1.GetProperty(key.Item2))
            ?.GetValue(item.BaseObject);
}
