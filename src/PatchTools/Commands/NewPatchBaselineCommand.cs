using System.Collections;
using System.Management.Automation;
using PatchTools.Completers;
using PatchTools.Errors;

namespace PatchTools.Commands;

/// <summary>Makes a baseline of approval rules and lists, or a changed copy of another one.</summary>
[Cmdlet(VerbsCommon.New, "PatchBaseline", DefaultParameterSetName = BaselineSet)]
[OutputType(typeof(PatchBaseline))]
public sealed class NewPatchBaselineCommand : PatchCommand
{
    internal const string BaselineSet = "Baseline";

    private readonly List<ApprovalRule> _rules = [];

    /// <summary>Its name; the service takes 3 to 128 letters, digits, dots, hyphens and underscores.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = BaselineSet)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The rules, from New-PatchApprovalRule.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = BaselineSet)]
    [ValidateNotNull]
    public ApprovalRule[] ApprovalRule { get; set; } = [];

    /// <summary>AWS's name of the operating system. Default: that of <c>-BasedOn</c>, else this host's.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    [ArgumentCompleter(typeof(OperatingSystemCompleter))]
    [ValidateNotNullOrEmpty]
    public string? OperatingSystem { get; set; }

    /// <summary>A baseline to begin with; what is given beside it replaces its members.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    [ValidateNotNull]
    public PatchBaseline? BasedOn { get; set; }

    /// <summary>A text for people.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    public string? Description { get; set; }

    /// <summary>Filters before all rules: <c>@{ PRODUCT = '*' }</c>.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    [Alias("GlobalFilters")]
    [ValidateNotNull]
#pragma warning disable CA2227 // The binder sets it.
    public IDictionary? GlobalFilter { get; set; }
#pragma warning restore CA2227

    /// <summary>Patches that are approved whatever the rules say.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    [Alias("ApprovedPatches")]
    [ArgumentCompleter(typeof(PackageNameCompleter))]
    [ValidateNotNull]
    public string[]? ApprovedPatch { get; set; }

    /// <summary>How grave it is when one of the approved patches is missing.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    public ComplianceLevel ApprovedPatchesComplianceLevel { get; set; }

    /// <summary>The approved patches may be other than security updates.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    public SwitchParameter ApprovedPatchesEnableNonSecurity { get; set; }

    /// <summary>Patches that are never approved.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    [Alias("RejectedPatches")]
    [ArgumentCompleter(typeof(PackageNameCompleter))]
    [ValidateNotNull]
    public string[]? RejectedPatch { get; set; }

    /// <summary>Whether a rejected patch may come as a dependency.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    public RejectedPatchesAction RejectedPatchesAction { get; set; }

    /// <summary>Repositories of the baseline's own: <c>@{ Name = …; Products = …; Configuration = … }</c>.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    [Alias("Sources")]
    [ValidateNotNull]
    public IDictionary[]? Source { get; set; }

    protected override void Process() => _rules.AddRange(ApprovalRule);

    protected override void Complete()
    {
        var system =
            OperatingSystem?.ToUpperInvariant()
            ?? BasedOn?.OperatingSystem
            ?? Await(HostOf(), (run, _) => Task.FromResult(run.GetOperatingSystem()));
        var baseline = (BasedOn ?? new PatchBaseline { OperatingSystem = system }) with
        {
            BaselineId = null,
            Name = Name!,
            OperatingSystem = system,
        };
        WriteObject(
            baseline with
            {
                Description = IsGiven(nameof(Description)) ? Given(Description) : baseline.Description,
                GlobalFilters = GlobalFilter is null
                    ? baseline.GlobalFilters
                    : [.. GlobalFilter.Cast<DictionaryEntry>().Select(Filter)],
                ApprovalRules =
                    _rules.Count > 0 || IsGiven(nameof(ApprovalRule)) ? [.. _rules] : baseline.ApprovalRules,
                ApprovedPatches = ApprovedPatch ?? baseline.ApprovedPatches,
                ApprovedPatchesComplianceLevel = IsGiven(nameof(ApprovedPatchesComplianceLevel))
                    ? ApprovedPatchesComplianceLevel
                    : baseline.ApprovedPatchesComplianceLevel,
                ApprovedPatchesEnableNonSecurity = IsGiven(nameof(ApprovedPatchesEnableNonSecurity))
                    ? ApprovedPatchesEnableNonSecurity
                    : baseline.ApprovedPatchesEnableNonSecurity,
                RejectedPatches = RejectedPatch ?? baseline.RejectedPatches,
                RejectedPatchesAction = IsGiven(nameof(RejectedPatchesAction))
                    ? RejectedPatchesAction
                    : baseline.RejectedPatchesAction,
                Sources = Source is null ? baseline.Sources : [.. Source.Select(SourceOf)],
            }
        );
    }

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private static PatchFilter Filter(DictionaryEntry entry) =>
        new(Text(entry.Key).ToUpperInvariant(), Texts(entry.Value));

    private static PatchSource SourceOf(IDictionary source)
    {
        var members = source
            .Cast<DictionaryEntry>()
            .ToDictionary(entry => Text(entry.Key), entry => entry.Value, StringComparer.OrdinalIgnoreCase);
        if (
            members.Keys.FirstOrDefault(key =>
                !(
                    key.Equals("Name", StringComparison.OrdinalIgnoreCase)
                    || key.Equals("Products", StringComparison.OrdinalIgnoreCase)
                    || key.Equals("Configuration", StringComparison.OrdinalIgnoreCase)
                )
            ) is
            { } unknown
        )
            throw Invalid($"A source has Name, Products and Configuration, not {unknown}.", unknown);
        if (!members.TryGetValue("Name", out var name) || !members.TryGetValue("Configuration", out var configuration))
            throw Invalid("A source needs a Name and a Configuration.", source);
        var text = Text(name);
        if (text.Length == 0 || text is "." or ".." || text.AsSpan().ContainsAny('/', '\\', '\0'))
            throw Invalid($"\"{text}\" cannot be a source's name: it becomes a file's.", text);
        return new PatchSource(
            text,
            members.TryGetValue("Products", out var products) ? Texts(products) : ["*"],
            Text(configuration)
        );
    }

    private static PatchToolsException Invalid(string message, object target) =>
        new(PatchErrors.BaselineInvalid, message, target);

    private static string Text(object? value) => LanguagePrimitives.ConvertTo<string>(value) ?? "";

    private static string[] Texts(object? value) => LanguagePrimitives.ConvertTo<string[]>(value) ?? [];
}
