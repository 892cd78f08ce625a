namespace PatchTools.Model;

/// <summary>How a state is shown: what somebody must act on, what to look at, what is well.</summary>
public enum StateTone
{
    Bad,
    Caution,
    Plain,
}

/// <summary>What everybody calls one state.</summary>
/// <param name="State">Whose row it is.</param>
/// <param name="Name">For people: tables, charts, headings of columns.</param>
/// <param name="Wire">In what is sent and saved, and in forms that programs read (reference 06 §1).</param>
/// <param name="Tone">Which colour it gets.</param>
/// <param name="One">What a sentence says of one package.</param>
/// <param name="Many">What a sentence says of several.</param>
/// <param name="Count">Its count in a report.</param>
public sealed record StateWord(
    PatchState State,
    string Name,
    string Wire,
    StateTone Tone,
    string One,
    string Many,
    Func<ComplianceCounts, int> Count
)
{
    /// <summary>Whether a package in this state keeps a report from being compliant.</summary>
    public bool IsCompliant => Tone == StateTone.Plain;
}

/// <summary>
/// The states in the order of their urgency, and their names. Views, every form of an exported report, sentences and
/// the fit of an upload use this table, so that a state has one name and one place. What is sent and saved keeps the
/// order of <see cref="PatchState"/> instead (reference 07 §3).
/// </summary>
/// <remarks>
/// A list entry or a column that is headed with the name of a property shows the value of the property, so that it can
/// be typed: <c>Where-Object State -eq InstalledPendingReboot</c>.
/// </remarks>
public static class StateWords
{
    /// <summary>All states, the most urgent first.</summary>
    public static IReadOnlyList<StateWord> All { get; } =
    [
        new(
            PatchState.Failed,
            "Failed",
            "Failed",
            StateTone.Bad,
            "failed to install",
            "failed to install",
            counts => counts.Failed
        ),
        new(
            PatchState.Missing,
            "Missing",
            "Missing",
            StateTone.Bad,
            "is missing",
            "are missing",
            counts => counts.Missing
        ),
        new(
            PatchState.InstalledRejected,
            "Rejected",
            "InstalledRejected",
            StateTone.Caution,
            "is installed but rejected",
            "are installed but rejected",
            counts => counts.InstalledRejected
        ),
        new(
            PatchState.InstalledPendingReboot,
            "Pending reboot",
            "InstalledPendingReboot",
            StateTone.Caution,
            "waits for a reboot",
            "wait for a reboot",
            counts => counts.InstalledPendingReboot
        ),
        new(
            PatchState.Installed,
            "Installed",
            "Installed",
            StateTone.Plain,
            "is installed",
            "are installed",
            counts => counts.Installed
        ),
        new(
            PatchState.InstalledOther,
            "Installed other",
            "InstalledOther",
            StateTone.Plain,
            "is installed and not approved",
            "are installed and not approved",
            counts => counts.InstalledOther
        ),
        new(
            PatchState.NotApplicable,
            "Not applicable",
            "NotApplicable",
            StateTone.Plain,
            "is not applicable",
            "are not applicable",
            counts => counts.NotApplicable
        ),
    ];

    private static readonly StateWord[] _byState = [.. All.OrderBy(word => word.State)];

    private static readonly Dictionary<PatchState, int> _ranks = All.Select((word, rank) => (word.State, rank))
        .ToDictionary(place => place.State, place => place.rank);

    private static readonly Dictionary<string, StateWord> _byWire = All.ToDictionary(
        word => word.Wire,
        StringComparer.Ordinal
    );

    /// <summary>The words of a state.</summary>
    public static StateWord Of(PatchState state) => _byState[(int)state];

    /// <summary>The words of a state that is spelled as on the wire; null: no state is spelled so.</summary>
    public static StateWord? OfWire(string wire) => _byWire.GetValueOrDefault(wire);

    /// <summary>Place in <see cref="All"/>: 0 is the most urgent.</summary>
    public static int Rank(PatchState state) => _ranks[state];
}
