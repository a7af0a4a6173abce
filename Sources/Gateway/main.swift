import Mappings
print(1)
