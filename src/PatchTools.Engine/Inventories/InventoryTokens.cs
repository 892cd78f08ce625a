using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PatchTools.Inventories;

/// <summary>
/// The tokens of an inventory's document. What is not as expected is an <see cref="InvalidDataException"/> or an
/// exception of the reader.
/// </summary>
internal static class InventoryTokens
{
    /// <summary>A time before the year 10000, so that it is a date everywhere else.</summary>
    public static EpochTime? Epoch(double? seconds, bool isFractional) =>
        seconds switch
        {
            null => null,
            >= 0 and < 253_402_300_800 => new EpochTime(seconds.Value, isFractional),
            _ => throw new InvalidDataException($"{seconds} is not a time"),
        };

    public static T Skipped<T>(ref Utf8JsonReader reader, T value)
    {
        reader.Skip();
        return value;
    }

    /// <summary>Next member of the object that was opened last; the reader stands at its value afterwards.</summary>
    public static bool Member(ref Utf8JsonReader reader, out string name)
    {
        name = "";
        Next(ref reader);
        if (reader.TokenType == JsonTokenType.EndObject)
            return false;
        name = reader.GetString()!;
        Next(ref reader);
        return true;
    }

    /// <summary>Next element of the array that was opened last; the reader stands at it afterwards.</summary>
    public static bool Element(ref Utf8JsonReader reader)
    {
        Next(ref reader);
        return reader.TokenType != JsonTokenType.EndArray;
    }

    public static void Open(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        if (reader.TokenType != expected)
            throw new InvalidDataException($"{expected} was expected and not {reader.TokenType}");
    }

    public static void Next(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            throw new InvalidDataException("it ends too early");
    }

    public static string TextOf(ref Utf8JsonReader reader) =>
        reader.GetString() ?? throw new InvalidDataException("a text was expected and not null");

    public static DateTimeOffset Time(ref Utf8JsonReader reader) => reader.GetDateTimeOffset();

    public static DateOnly Day(ref Utf8JsonReader reader) =>
        DateOnly.TryParseExact(
            TextOf(ref reader),
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var day
        )
            ? day
            : throw new FormatException("a day is written YYYY-MM-DD");

    public static byte[] Bytes(ref Utf8JsonReader reader) => Encoding.UTF8.GetBytes(TextOf(ref reader));

    public static string[] Strings(ref Utf8JsonReader reader)
    {
        var values = new List<string>();
        Open(ref reader, JsonTokenType.StartArray);
        while (Element(ref reader))
            values.Add(TextOf(ref reader));
        return [.. values];
    }
}
