using System.Globalization;

namespace PatchTools.Model;

/// <summary>
/// Times as reports spell them: UTC, <c>YYYY-MM-DDTHH:MM:SSZ</c>, fractions cut off (reference 07 §1).
/// </summary>
internal static class ReportTime
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static string Of(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reference 06 §4: unknown, 0 and what no calendar holds is empty.</summary>
    public static string Of(EpochTime? time)
    {
        if (time is not { Seconds: var seconds } || seconds == 0 || !double.IsFinite(seconds))
            return "";
        // Python cuts towards the past, like its datetime; only times before 1970 can tell.
        var whole = Math.Floor(seconds);
        return
            whole >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && whole <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? Of(DateTimeOffset.FromUnixTimeSeconds((long)whole))
            : "";
    }

    public static bool TryParse(string text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParseExact(
            text,
            Format,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out instant
        );
}
