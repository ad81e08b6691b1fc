"""What the household earns and spends money on."""

from farthing.demo.records import DemoCategory

_INCOME = """
Salary               #15803d  briefcase
Bonus                #22c55e  gift
Interest             #65a30d  percent
Other income         #84cc16  coins
"""

_EXPENSE = """
Home                 #1d4ed8  house
  Rent               #2563eb  key-round
  Electricity        #3b82f6  zap
  Heating            #60a5fa  flame
  Internet & phone   #0ea5e9  wifi
  Furniture          #0284c7  sofa
  Household          #38bdf8  spray-can
Food                 #c2410c  utensils
  Groceries          #ea580c  shopping-cart
  Bakery             #f97316  croissant
  Cafés              #a16207  coffee
  Restaurants        #d97706  chef-hat
Transport            #6d28d9  route
  Public transport   #7c3aed  train-front
  Fuel               #8b5cf6  fuel
  Car                #a78bfa  car
Health               #be123c  heart-pulse
  Doctors            #e11d48  stethoscope
  Pharmacy           #f43f5e  pill
Insurance            #475569  shield-check
Shopping             #be185d  shopping-bag
  Clothes            #db2777  shirt
  Electronics        #ec4899  plug
  Books              #f472b6  book-open
Personal care        #c026d3  sparkles
Leisure              #0f766e  ticket
  Subscriptions      #0d9488  repeat
  Sport              #14b8a6  dumbbell
  Culture            #2dd4bf  clapperboard
Travel               #0e7490  plane
  Accommodation      #0891b2  bed-double
  Tickets & sights   #06b6d4  map
Gifts & donations    #9f1239  hand-heart
Fees & taxes         #57534e  landmark
"""


def categories() -> tuple[DemoCategory, ...]:
    """Every category, parents before their children."""
    income = [DemoCategory(name=name, kind="income", colour=c, icon=i) for name, c, i, _ in _rows(_INCOME)]
    expense = [
        DemoCategory(name=name, kind="expense", colour=colour, icon=icon, parent=parent)
        for name, colour, icon, parent in _rows(_EXPENSE)
    ]
    return (*income, *expense)


def _rows(table: str) -> list[tuple[str, str, str, str | None]]:
    """Name, colour, icon and parent of each line; an indented line belongs to the last that is not."""
    rows: list[tuple[str, str, str, str | None]] = []
    parent = None
    for line in table.strip().splitlines():
        name, colour, icon = line.rsplit(maxsplit=2)
        is_child = line.startswith(" ")
        parent = parent if is_child else name
        rows.append((name.strip(), colour, icon, parent if is_child else None))
    return rows
