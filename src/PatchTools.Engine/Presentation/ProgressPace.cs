namespace PatchTools.Presentation;

/// <summary>
/// Makes of the engine's percentages what a bar can show: it never goes back, a step that cannot tell leaves it where
/// it is, and during an install the time that is left is guessed from the time that its part so far has taken.
/// </summary>
public sealed class ProgressPace(TimeProvider clock)
{
    /// <summary>The phase whose percentages follow the work: so many packages of so many.</summary>
    private const string SteadyPhase = "Install";

    /// <summary>Share of the run after which its pace says something, in percent.</summary>
    private const int FirstGuess = 5;

    /// <summary>What comes after the packages is quick: evaluation, report.</summary>
    private const int LastOfSteady = 90;

    private const int Longest = 24 * 60 * 60;

    private int _percent = -1;
    private int _steadyFrom = -1;
    private long _steadySince;

    /// <summary>What the bar shows now.</summary>
    /// <param name="phase">The engine's phase.</param>
    /// <param name="percent">Of the whole run, 0 to 100; -1 when the engine cannot tell.</param>
    /// <returns>Percentage and seconds left, each -1 when it cannot be told.</returns>
    public (int Percent, int SecondsRemaining) Next(string phase, int percent)
    {
        _percent = Math.Max(_percent, Math.Clamp(percent, -1, 100));
        if (phase != SteadyPhase || percent < 0)
            return (_percent, -1);
        if (_steadyFrom < 0)
            (_steadyFrom, _steadySince) = (_percent, clock.GetTimestamp());
        var done = _percent - _steadyFrom;
        if (done < FirstGuess || _percent >= LastOfSteady)
            return (_percent, -1);
        var left = clock.GetElapsedTime(_steadySince).TotalSeconds * (LastOfSteady - _percent) / done;
        return (_percent, left > Longest ? -1 : (int)Math.Ceiling(left));
    }
}
