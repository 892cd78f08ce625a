using System.Collections;
using System.Management.Automation;
using PatchTools.Errors;
using PatchTools.Ports;

namespace PatchTools.Commands;

/// <summary>A cmdlet that looks at, or acts on, many instances.</summary>
public abstract class FleetCommand : AwsCommand
{
    internal const string FleetSet = "Fleet";
    internal const string InstanceSet = "Instance";

    /// <summary>The instances by their ids.</summary>
    [Parameter(
        Mandatory = true,
        ParameterSetName = InstanceSet,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true
    )]
    [ValidateNotNullOrEmpty]
#pragma warning disable CA1819 // Parameters of cmdlets are arrays.
    public string[]? InstanceId { get; set; }
#pragma warning restore CA1819

    /// <summary>
    /// The instances by their tags: <c>@{ Env = 'prod', 'test'; Role = 'web' }</c>. An instance needs one of the values
    /// of every tag; <c>*</c> stands for any value.
    /// </summary>
    [Parameter(ParameterSetName = FleetSet)]
#pragma warning disable CA2227 // Parameters of cmdlets are set.
    public Hashtable? Tag { get; set; }
#pragma warning restore CA2227

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.FleetTargetInvalid"/>: a tag without a
    /// name.</exception>
    protected IReadOnlyList<FleetTag> Tags() =>
        Tag is null
            ? []
            :
            [
                .. Tag
                    .Keys.Cast<object>()
                    .Select(key => new FleetTag(NameOf(key), ValuesOf(Tag[key])))
                    .OrderBy(tag => tag.Name, StringComparer.Ordinal),
            ];

    private static string NameOf(object key) =>
        key.ToString() is { Length: > 0 } name
            ? name
            : throw new PatchToolsException(PatchErrors.FleetTargetInvalid, "A tag has no name.");

    private static string[] ValuesOf(object? value)
    {
        string[] values = value switch
        {
            null => [],
            PSObject { BaseObject: not string and IEnumerable several } =>
            [
                .. several.Cast<object>().Select(v => v.ToString() ?? ""),
            ],
            not string and IEnumerable several => [.. several.Cast<object>().Select(v => v.ToString() ?? "")],
            _ => [value.ToString() ?? ""],
        };
        return values is ["*"] ? [] : values;
    }
}
