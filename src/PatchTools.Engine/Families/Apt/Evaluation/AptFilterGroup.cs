using PatchTools.Evaluation;

namespace PatchTools.Families.Apt.Evaluation;

/// <summary>
/// Filters of one group as apt's evaluator reads them (reference 09 §4.2): PRODUCT, PRIORITY and SECTION, all without
/// regard to case; of several filters with one key the last counts; other keys have no effect.
/// </summary>
internal sealed class AptFilterGroup
{
    private const string Product = "PRODUCT";
    private const string Priority = "PRIORITY";
    private const string Section = "SECTION";

    /// <summary>Keys that have a meaning.</summary>
    public static IReadOnlyList<string> Keys { get; } = [Product, Priority, Section];

    private readonly IReadOnlyList<PatchFilter> _filters;
    private readonly string _product;
    private readonly bool _productMatches;
    private readonly HashSet<string>? _priorities;
    private readonly HashSet<string>? _sections;

    public AptFilterGroup(IReadOnlyList<PatchFilter> filters, string product)
    {
        _filters = filters;
        _product = product;
        _productMatches = Accepts(Values(Product), product);
        _priorities = Values(Priority);
        _sections = Values(Section);
    }

    /// <summary>Whether packages of the host's product can match at all.</summary>
    public bool AcceptsProduct => _productMatches;

    /// <summary>Keys that have no effect on apt.</summary>
    public IEnumerable<string> UnknownKeys =>
        _filters.Select(f => f.Key).Where(k => k is not (Product or Priority or Section)).Distinct();

    public bool Matches(string priority, string section) =>
        _productMatches && Accepts(_priorities, priority) && Accepts(_sections, section);

    /// <summary>One line for each filter.</summary>
    public IEnumerable<string> Observe(string group, string priority, string section)
    {
        for (var i = 0; i < _filters.Count; i++)
        {
            var filter = _filters[i];
            if (_filters.Skip(i + 1).Any(f => f.Key == filter.Key))
                yield return Wording.FilterIgnored(group, filter, "a later filter of this key replaces it");
            else if (filter.Key is not (Product or Priority or Section))
                yield return Wording.FilterIgnored(group, filter, "apt's packages have PRODUCT, PRIORITY and SECTION");
            else
                yield return Observe(
                    group,
                    filter,
                    filter.Key switch
                    {
                        Product => _product,
                        Priority => priority,
                        _ => section,
                    }
                );
        }
    }

    private static string Observe(string group, PatchFilter filter, string seen) =>
        Wording.Filter(
            group,
            filter,
            seen,
            Accepts(new HashSet<string>(filter.Values, StringComparer.OrdinalIgnoreCase), seen)
        );

    /// <summary>Null stands for no filter of the key.</summary>
    private HashSet<string>? Values(string key) =>
        _filters.LastOrDefault(f => f.Key == key) is { } filter
            ? new HashSet<string>(filter.Values, StringComparer.OrdinalIgnoreCase)
            : null;

    private static bool Accepts(HashSet<string>? values, string seen) =>
        values is null || values.Contains("*") || values.Contains(seen);
}
