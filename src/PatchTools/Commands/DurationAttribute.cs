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
        TimeSpan duration;
        var isOne = value switch
        {
            TimeSpan span => (duration = span) >= TimeSpan.Zero,
            string text => DurationText.TryParse(text, OneOfUnit, out duration),
            IConvertible number and not bool => DurationText.TryCount(
                number.ToDouble(CultureInfo.InvariantCulture),
                OneOfUnit,
                out duration
            ),
            _ => (duration = TimeSpan.Zero) > TimeSpan.Zero,
        };
        return isOne ? duration : throw Refusal(value);
    }

    private TimeSpan OneOfUnit =>
        Unit switch
        {
            DurationUnit.Days => TimeSpan.FromDays(1),
            DurationUnit.Minutes => TimeSpan.FromMinutes(1),
            _ => TimeSpan.FromSeconds(1),
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
