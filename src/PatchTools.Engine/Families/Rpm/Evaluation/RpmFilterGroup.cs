using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Model;

namespace PatchTools.Families.Rpm.Evaluation;

/// <summary>
/// Filters of one group for the rpm families: PRODUCT, CLASSIFICATION and SEVERITY, all of which must hold (reference
/// 03 §2, 11 §4). <c>*</c> accepts a package without the property too.
/// </summary>
internal sealed class RpmFilterGroup
{
    private const string Product = "PRODUCT";
    private const string Classification = "CLASSIFICATION";
    private const string Severity = "SEVERITY";

    /// <summary>Keys that have a meaning.</summary>
    public static IReadOnlyList<string> Keys { get; } = [Product, Classification, Severity];

    private readonly IReadOnlyList<PatchFilter> _filters;
    private readonly string _product;
    private readonly StringComparison _comparison;
    private readonly bool _mediumIsModerate;

    /// <param name="filters">The group; empty holds always.</param>
    /// <param name="where">For the error: <c>global filters</c>, <c>rule 2</c>.</param>
    /// <param name="request">Product and operating system.</param>
    /// <param name="comparison">How classification and severity compare; products compare exactly.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.UnknownFilterKey"/>.</exception>
    public RpmFilterGroup(
        IReadOnlyList<PatchFilter> filters,
        string where,
        EvaluationRequest request,
        StringComparison comparison
    )
    {
        _filters = filters;
        _product = JudgedProduct.Of(request.Snapshot, request.Inventory);
        _comparison = comparison;

        // Amazon Linux 2023 writes Medium; packages of other repositories say Moderate, and AWS's query for Medium
        // returns both (reference 20 §4).
        _mediumIsModerate = string.Equals(
            request.Snapshot.OperatingSystem,
            "AMAZON_LINUX_2023",
            StringComparison.OrdinalIgnoreCase
        );
        foreach (var filter in filters)
        {
            if (filter.Key is not (Product or Classification or Severity))
                throw new PatchToolsException(
                    PatchErrors.UnknownFilterKey,
                    $"The {where} of baseline {request.Snapshot.BaselineId ?? request.Snapshot.Baseline.Name} "
                        + $"filter by {filter.Key}, which packages of {request.Inventory.PackageManager} do not "
                        + $"have.",
                    filter.Key
                );
        }
    }

    /// <summary>Null or empty stands for a package without the property.</summary>
    public bool Matches(string? classification, string? severity)
    {
        foreach (var filter in _filters)
        {
            if (!Matches(filter, Seen(filter, classification, severity)))
                return false;
        }

        return true;
    }

    /// <summary>Whether packages of the host's product can match at all.</summary>
    public bool AcceptsProduct => _filters.All(filter => filter.Key != Product || Matches(filter, _product));

    /// <summary>Whether only a version that an advisory names can match.</summary>
    public bool NeedsAdvisory => _filters.Any(filter => filter.Key != Product && !filter.Values.Contains("*"));

    /// <summary>Whether an advisory that uses these words could match.</summary>
    /// <param name="classifications">As filters see them.</param>
    /// <param name="severities">As filters see them.</param>
    public bool CouldMatch(IReadOnlyCollection<string> classifications, IReadOnlyCollection<string> severities) =>
        _filters.All(filter =>
            filter.Key switch
            {
                Product => Matches(filter, _product),
                Classification => classifications.Any(word => Matches(filter, word)),
                _ => severities.Any(word => Matches(filter, word)),
            }
        );

    public IEnumerable<string> Observe(string group, string? classification, string? severity)
    {
        foreach (var filter in _filters)
        {
            var seen = Seen(filter, classification, severity);
            yield return Wording.Filter(group, filter, seen ?? "", Matches(filter, seen));
        }
    }

    private string? Seen(PatchFilter filter, string? classification, string? severity) =>
        filter.Key switch
        {
            Product => _product,
            Classification => classification,
            _ => severity,
        };

    private bool Matches(PatchFilter filter, string? seen)
    {
        foreach (var value in filter.Values)
        {
            if (value == "*")
                return true;
            if (string.IsNullOrEmpty(seen))
                continue;
            if (string.Equals(value, seen, filter.Key == Product ? StringComparison.Ordinal : _comparison))
                return true;
            if (
                _mediumIsModerate
                && filter.Key == Severity
                && string.Equals(value, "Medium", _comparison)
                && string.Equals(seen, "Moderate", StringComparison.OrdinalIgnoreCase)
            )
                return true;
        }

        return false;
    }
}
