using System.Globalization;
using System.Management.Automation;
using PatchTools.Text;

namespace PatchTools.Commands;

/// <summary>
/// Reads a TimeSpan parameter. A bare number counts in the parameter's own unit: PowerShell itself would take 7 for
/// seven ticks, that is 700 nanoseconds.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationAttribute(DurationUnit unit) : ArgumentTransformationAttribute
{
    public DurationUnit Unit { get; } = unit;

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        var duration = value switch
        {
            TimeSpan span => span,
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) =>
                Of(number),
            string text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) => span,
            IConvertible number and not string and not bool => Of(number.ToDouble(CultureInfo.InvariantCulture)),
            _ => throw Refusal(value),
        };
        return duration >= TimeSpan.Zero ? duration : throw Refusal(value);
    }

    private TimeSpan Of(double number) =>
        Math.Abs(number) < 1e6 ? TimeSpan.FromSeconds(number * SecondsOfUnit) : throw Refusal(number);

    private double SecondsOfUnit =>
        Unit switch
        {
            DurationUnit.Days => 86_400,
            DurationUnit.Minutes => 60,
            _ => 1,
        };

    private ArgumentTransformationMetadataException Refusal(object? value) =>
        new(
            $"\"{TerminalText.Of(value)}\" is not a duration; give a number of {Unit.ToString().ToLowerInvariant()} or "
                + "a time "
                + $"span such as 7.00:00:00 or 00:02:00."
        );
}

/// <summary>What a bare number counts.</summary>
public enum DurationUnit
{
    Days,
    Minutes,
    Seconds,
}
