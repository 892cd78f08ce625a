using System.Globalization;
using System.Text.RegularExpressions;
using PatchTools.Json;

namespace PatchTools.Snapshots;

/// <summary>
/// Names of a baseline's members: as in a snapshot, or as the API spells them (reference 02 §6 "key mapping").
/// </summary>
internal sealed record BaselineSpelling
{
    public static BaselineSpelling Snapshot { get; } = new();

    public static BaselineSpelling Service { get; } =
        new()
        {
            BaselineId = "BaselineId",
            Name = "Name",
            Description = "Description",
            OperatingSystem = "OperatingSystem",
            GlobalFilters = "GlobalFilters",
            Filters = "PatchFilters",
            ApprovalRules = "ApprovalRules",
            Rules = "PatchRules",
            FilterGroup = "PatchFilterGroup",
            ComplianceLevel = "ComplianceLevel",
            EnableNonSecurity = "EnableNonSecurity",
            ApproveAfterDays = "ApproveAfterDays",
            ApproveUntilDate = "ApproveUntilDate",
            ApprovedPatches = "ApprovedPatches",
            ApprovedPatchesComplianceLevel = "ApprovedPatchesComplianceLevel",
            ApprovedPatchesEnableNonSecurity = "ApprovedPatchesEnableNonSecurity",
            RejectedPatches = "RejectedPatches",
            RejectedPatchesAction = "RejectedPatchesAction",
            Sources = "Sources",
            Products = "Products",
            Configuration = "Configuration",
            Key = "Key",
            Values = "Values",
            CreatedTime = "CreatedDate",
            ModifiedTime = "ModifiedDate",
        };

    public string BaselineId { get; private init; } = "baselineId";

    public string Name { get; private init; } = "name";

    public string Description { get; private init; } = "description";

    public string OperatingSystem { get; private init; } = "operatingSystem";

    public string GlobalFilters { get; private init; } = "globalFilters";

    public string Filters { get; private init; } = "filters";

    public string ApprovalRules { get; private init; } = "approvalRules";

    public string Rules { get; private init; } = "rules";

    public string FilterGroup { get; private init; } = "filterGroup";

    public string ComplianceLevel { get; private init; } = "complianceLevel";

    public string EnableNonSecurity { get; private init; } = "enableNonSecurity";

    public string ApproveAfterDays { get; private init; } = "approveAfterDays";

    public string ApproveUntilDate { get; private init; } = "approveUntilDate";

    public string ApprovedPatches { get; private init; } = "approvedPatches";

    public string ApprovedPatchesComplianceLevel { get; private init; } = "approvedPatchesComplianceLevel";

    public string ApprovedPatchesEnableNonSecurity { get; private init; } = "approvedPatchesEnableNonSecurity";

    public string RejectedPatches { get; private init; } = "rejectedPatches";

    public string RejectedPatchesAction { get; private init; } = "rejectedPatchesAction";

    public string Sources { get; private init; } = "sources";

    public string Products { get; private init; } = "products";

    public string Configuration { get; private init; } = "configuration";

    public string Key { get; private init; } = "key";

    public string Values { get; private init; } = "values";

    public string CreatedTime { get; private init; } = "createdTime";

    public string ModifiedTime { get; private init; } = "modifiedTime";
}

/// <summary>How much of a baseline must be there.</summary>
internal enum BaselineCompleteness
{
    /// <summary>Every member that reference 02 §6 requires: the baseline of a snapshot document.</summary>
    Snapshot,

    /// <summary>
    /// The members that decide: system, filters, rules and both lists. A baseline written by hand has no ids and times,
    /// but a misspelt <c>approvalRules</c> must not quietly become "approve nothing".
    /// </summary>
    Deciding,

    /// <summary>
    /// Only the system; what is absent is empty: an entry of a baseline override (reference 05 §3.2).
    /// </summary>
    OperatingSystem,
}

/// <summary>Reads one baseline object (reference 02 §6) in either spelling, strictly.</summary>
internal static partial class BaselineReader
{
    /// <summary>
    /// Upper bound of <c>approveAfterDays</c>: a century. AWS has raised its own limit before (100, now 360).
    /// </summary>
    public const int MostDays = 36_500;

    public static PatchBaseline Read(JsonPlace place, BaselineSpelling names, BaselineCompleteness completeness)
    {
        place.RequireObject();
        switch (completeness)
        {
            case BaselineCompleteness.Snapshot:
                place.Require(
                    names.BaselineId,
                    names.Name,
                    names.OperatingSystem,
                    names.GlobalFilters,
                    names.ApprovalRules,
                    names.ApprovedPatches,
                    names.RejectedPatches,
                    names.CreatedTime,
                    names.ModifiedTime
                );
                break;
            case BaselineCompleteness.Deciding:
                place.Require(
                    names.OperatingSystem,
                    names.GlobalFilters,
                    names.ApprovalRules,
                    names.ApprovedPatches,
                    names.RejectedPatches
                );
                break;
            default:
                place.Require(names.OperatingSystem);
                break;
        }

        return new PatchBaseline
        {
            BaselineId = place.FindNonNull(names.BaselineId)?.Text() is { Length: > 0 } id ? id : null,
            Name = place.FindNonNull(names.Name)?.Text() ?? "",
            Description = place.FindNonNull(names.Description)?.Text(),
            OperatingSystem = OperatingSystem(place.Get(names.OperatingSystem)),
            GlobalFilters = place.Find(names.GlobalFilters) is { } group ? Filters(group, names) : [],
            ApprovalRules = place.Find(names.ApprovalRules) is { } rules ? Rules(rules, names) : [],
            ApprovedPatches = place.Find(names.ApprovedPatches)?.Texts() ?? [],
            ApprovedPatchesComplianceLevel = Level(place, names.ApprovedPatchesComplianceLevel),
            ApprovedPatchesEnableNonSecurity =
                place.FindNonNull(names.ApprovedPatchesEnableNonSecurity)?.Flag() ?? false,
            RejectedPatches = place.Find(names.RejectedPatches)?.Texts() ?? [],
            RejectedPatchesAction = Action(place, names.RejectedPatchesAction),
            Sources = place.FindNonNull(names.Sources) is { } sources
                ? [.. sources.Items().Select(s => Source(s, names))]
                : [],
        };
    }

    private static string OperatingSystem(JsonPlace place)
    {
        var text = place.Text();
        return text.Length > 0 && !string.IsNullOrWhiteSpace(text)
            ? text.ToUpperInvariant()
            : throw place.Wanted("the name of an operating system, such as DEBIAN");
    }

    private static List<PatchFilter> Filters(JsonPlace group, BaselineSpelling names) =>
        group.RequireObject().FindNonNull(names.Filters) is { } filters
            ? [.. filters.Items().Select(f => new PatchFilter(f.Get(names.Key).Text(), f.Get(names.Values).Texts()))]
            : [];

    private static List<ApprovalRule> Rules(JsonPlace rules, BaselineSpelling names) =>
        rules.RequireObject().FindNonNull(names.Rules) is { } list ? [.. list.Items().Select(r => Rule(r, names))] : [];

    private static ApprovalRule Rule(JsonPlace rule, BaselineSpelling names) =>
        new()
        {
            Filters = Filters(rule.Get(names.FilterGroup), names),
            ComplianceLevel = Level(rule, names.ComplianceLevel),
            EnableNonSecurity = rule.FindNonNull(names.EnableNonSecurity)?.Flag() ?? false,
            ApproveAfterDays = rule.FindNonNull(names.ApproveAfterDays)?.WholeNumber(0, MostDays),
            ApproveUntilDate = rule.FindNonNull(names.ApproveUntilDate) is { } date ? Date(date) : null,
        };

    /// <summary>
    /// Absent, null and empty are UNSPECIFIED; case does not matter; any other word is refused here rather than ignored
    /// later.
    /// </summary>
    private static ComplianceLevel Level(JsonPlace parent, string name)
    {
        if (parent.FindNonNull(name) is not { } place || place.Text() is not { Length: > 0 } text)
            return ComplianceLevel.UNSPECIFIED;
        foreach (var level in Enum.GetValues<ComplianceLevel>())
        {
            if (level.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                return level;
        }

        throw place.Fault(
            $"{JsonPlace.Quote(text)} is not one of {string.Join(", ", Enum.GetNames<ComplianceLevel>())}"
        );
    }

    private static RejectedPatchesAction Action(JsonPlace parent, string name)
    {
        if (parent.FindNonNull(name) is not { } place || place.Text() is not { Length: > 0 } text)
            return RejectedPatchesAction.ALLOW_AS_DEPENDENCY;
        foreach (var action in Enum.GetValues<RejectedPatchesAction>())
        {
            if (action.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                return action;
        }

        throw place.Fault(
            $"{JsonPlace.Quote(text)} is not one of {string.Join(", ", Enum.GetNames<RejectedPatchesAction>())}"
        );
    }

    /// <summary>Four digits, one or two, one or two: <c>2026-3-1</c> (reference 02 §6).</summary>
    private static DateOnly Date(JsonPlace place)
    {
        if (DateForm().Match(place.Text()) is { Success: true } match)
        {
            var (year, month, day) = (Number(match.Groups[1]), Number(match.Groups[2]), Number(match.Groups[3]));
            if (year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month))
                return new DateOnly(year, month, day);
        }

        throw place.Wanted("a date in the form 2026-03-01");

        static int Number(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static PatchSource Source(JsonPlace source, BaselineSpelling names)
    {
        source.RequireObject().Require(names.Name, names.Products, names.Configuration);
        var name = source.Get(names.Name);

        // The name becomes a file name in the directory of repositories; the reference loses every repository over one
        // with a slash (reference 14 §6.4).
        if (
            name.Text() is not { Length: > 0 } text
            || text is "." or ".."
            || text.AsSpan().ContainsAny('/', '\\', '\0')
        )
            throw name.Wanted("a name that can be a file's: 3 to 50 of letters, digits, hyphen, underscore and dot");
        return new PatchSource(text, source.Get(names.Products).Texts(), source.Get(names.Configuration).Text());
    }

    [GeneratedRegex(@"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex DateForm();
}
