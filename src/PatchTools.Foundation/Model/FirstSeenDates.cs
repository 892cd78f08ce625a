using PatchTools.Text;

namespace PatchTools;

/// <summary>One version of one package as a host is offered it.</summary>
/// <param name="Name">Bare package name.</param>
/// <param name="Architecture">Multi-arch sense.</param>
/// <param name="Edition">Full version text.</param>
/// <param name="IsSecurity">As a security update; false stands for any offer.</param>
public readonly record struct SeenVersion(string Name, string Architecture, string Edition, bool IsSecurity)
{
    public override string ToString() => TerminalText.Cell($"{Name}:{Architecture} {Edition}");
}

/// <summary>
/// When versions were first seen on this host, UTC. Immutable: <c>FirstSeen.Advance</c> makes the next.
/// </summary>
public sealed class FirstSeenDates
{
    private readonly IReadOnlyDictionary<SeenVersion, DateTimeOffset> _dates;

    public FirstSeenDates(IReadOnlyDictionary<SeenVersion, DateTimeOffset> dates) => _dates = dates;

    public static FirstSeenDates Empty { get; } = new(new Dictionary<SeenVersion, DateTimeOffset>());

    public int Count => _dates.Count;

    public IEnumerable<KeyValuePair<SeenVersion, DateTimeOffset>> All => _dates;

    /// <summary>Null: never seen.</summary>
    public DateTimeOffset? Of(SeenVersion version) => _dates.TryGetValue(version, out var date) ? date : null;

    /// <summary>Same versions, same dates.</summary>
    public bool SameAs(FirstSeenDates other) =>
        _dates.Count == other._dates.Count && _dates.All(d => other.Of(d.Key) == d.Value);
}
