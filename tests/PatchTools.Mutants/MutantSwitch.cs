namespace PatchTools;

/// <summary>Which of the faults is in effect. Compiled into the Foundation of a copy by <c>.ci/mutants</c>.</summary>
public static class MutantSwitch
{
    private static readonly bool[] s_reached = new bool[100_000];

    /// <summary>Number of the fault in effect; -1 for none.</summary>
    public static int Active { get; set; } = -1;

    /// <summary>Whether it is kept which faults are reached.</summary>
    public static bool Records { get; set; }

    /// <summary>Whether the fault is in effect.</summary>
    public static bool A(int number)
    {
        if (Records)
            s_reached[number] = true;
        return Active == number;
    }

    /// <summary>Numbers that were reached since the last call.</summary>
    public static IReadOnlyList<int> Reached()
    {
        int[] reached = [.. Enumerable.Range(0, s_reached.Length).Where(i => s_reached[i])];
        Array.Clear(s_reached);
        return reached;
    }
}
