using System.Globalization;

namespace PatchTools.Text;

/// <summary>
/// A duration as people write it: a bare number counts in the parameter's own unit, anything else is a time span such
/// as <c>7.00:00:00</c> or <c>00:02:00</c>. Never negative.
/// </summary>
public static class DurationText
{
    /// <summary>More is a mistake in the unit.</summary>
    private const double Largest = 1e6;

    /// <param name="text">What somebody wrote.</param>
    /// <param name="unit">What a bare number counts.</param>
    /// <param name="duration">The duration.</param>
    public static bool TryParse(string text, TimeSpan unit, out TimeSpan duration) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? TryCount(number, unit, out duration)
            : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration) && duration >= TimeSpan.Zero;

    /// <param name="number">How many.</param>
    /// <param name="unit">Of what.</param>
    /// <param name="duration">The duration.</param>
    public static bool TryCount(double number, TimeSpan unit, out TimeSpan duration)
    {
        var isOne = number is >= 0 and < Largest;
        duration = isOne ? TimeSpan.FromSeconds(number * unit.TotalSeconds) : TimeSpan.Zero;
        return isOne;
    }
}
