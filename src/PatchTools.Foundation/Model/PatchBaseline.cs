using PatchTools.Model;

namespace PatchTools;

/// <summary>
/// The rules: what is approved, what is rejected (reference 02 §6). Immutable; read by SnapshotReader.
/// </summary>
public sealed record PatchBaseline : ShownRecord
{
    /// <summary>
    /// <c>pb-</c> and 17 hex digits, or the text the file had; null when a bare baseline carries none.
    /// </summary>
    public string? BaselineId { get; init; }

    public string Name { get; init; } = "";

    public string? Description { get; init; }

    /// <summary>AWS's enum text, upper case (<c>DEBIAN</c>, <c>AMAZON_LINUX_2023</c>, …).</summary>
    public required string OperatingSystem { get; init; }

    public IReadOnlyList<PatchFilter> GlobalFilters
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public IReadOnlyList<ApprovalRule> ApprovalRules
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public IReadOnlyList<string> ApprovedPatches
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public ComplianceLevel ApprovedPatchesComplianceLevel { get; init; }

    public bool ApprovedPatchesEnableNonSecurity { get; init; }

    public IReadOnlyList<string> RejectedPatches
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public RejectedPatchesAction RejectedPatchesAction { get; init; }

    public IReadOnlyList<PatchSource> Sources
    {
        get;
        init => field = Indexable.Of(value);
    } = [];
}

/// <summary>
/// One filter: a key (<c>PRODUCT</c>, <c>PRIORITY</c>, …) and its alternatives; <c>*</c> matches all.
/// </summary>
public sealed record PatchFilter(string Key, IReadOnlyList<string> Values) : ShownRecord
{
    public IReadOnlyList<string> Values
    {
        get;
        init => field = Indexable.Of(value);
    } = Indexable.Of(Values);
}

/// <summary>One approval rule. All filters must hold; an empty group holds.</summary>
public sealed record ApprovalRule : ShownRecord
{
    public IReadOnlyList<PatchFilter> Filters
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public ComplianceLevel ComplianceLevel { get; init; }

    public bool EnableNonSecurity { get; init; }

    /// <summary>Whole days after the release date; null counts as 0.</summary>
    public int? ApproveAfterDays { get; init; }

    /// <summary>
    /// Last day (inclusive, UTC) of release dates that are approved; wins over <see cref="ApproveAfterDays"/>.
    /// </summary>
    public DateOnly? ApproveUntilDate { get; init; }
}

/// <summary>
/// A custom repository of the baseline; replaces the host's own for the run (reference 09 §8, 02 §8).
/// </summary>
public sealed record PatchSource(string Name, IReadOnlyList<string> Products, string Configuration) : ShownRecord
{
    public IReadOnlyList<string> Products
    {
        get;
        init => field = Indexable.Of(value);
    } = Indexable.Of(Products);
}
